# Arrays of pointers as QEMU before 10.0 describes them: s390_css, whose first
# element is null and therefore all of them, as the vmdesc has it.
$ cp $STREAMS/7.2-s390-ccw.mig vm.mig
$ qevm show --depth 1 vm.mig s390_css
s390_css version 1, instance 0, 1039 bytes, end found by its footer
    pending_crws 0 elements
    sei_pending = false
    do_crw_mchk = true
    crws_lost = false
    max_cssid = 0
    max_ssid = 0
    chnmon_active = false
    chnmon_area = 0
    css[0] = [null, null, null, null, null, null, null, null, ... 246 more]
    css[1]
    css[2] = null
    default_cssid = 254
$ qevm get vm.mig 's390_css//css[254]/chpids[0]/type' s390_css//default_cssid
50
254
$ qevm check vm.mig
vm.mig: 0 errors, 0 warnings, 0 notes
# Without a description only the footer tells where it ends.
$ qevm show --no-schemas --depth 1 vm.mig s390_css
s390_css version 1, instance 0, 1039 bytes, end found by its footer
    pending_crws 0 elements
    sei_pending = false
    do_crw_mchk = true
    crws_lost = false
    max_cssid = 0
    max_ssid = 0
    chnmon_active = false
    chnmon_area = 0
    css = [hex:30, hex:30, hex:30, hex:30, hex:30, hex:30, hex:30, hex:30, ... 248 more]
    default_cssid = 1
    not decoded: hex:0000000000000000000000000000000000000000000000000000000000000000... (767 bytes)
$ qevm check --no-schemas vm.mig
vm.mig: s390_css at 0x1bdf: note[null-array]: QEMU before 10.0 did not describe this array of pointers rightly, and nothing else does
vm.mig: 0 errors, 0 warnings, 1 note
# A changed value leaves the vmdesc alone; where it has to be written anew, it is right.
$ qevm set --no-sync vm.mig -o new.mig 's390_css//css[254]/chpids[0]/type' 1
$ qevm diff vm.mig new.mig
s390_css//css[254]/chpids[0]/type: 50 -> 1
[1]
$ cmp -l vm.mig new.mig | wc -l
1
$ cat >rules.json <<'EOF'
> {"qevm-rules": 1, "rules": [
>   {"op": "add-subsection", "at": "s390_css", "to": "s390_css/x", "version": 1}]}
> EOF
$ qevm rewrite --no-sync -r rules.json vm.mig -o new.mig
$ qevm check --no-schemas new.mig
new.mig: 0 errors, 0 warnings, 0 notes
$ qevm get --no-schemas new.mig 's390_css//css[254]/chpids[0]/type'
50
