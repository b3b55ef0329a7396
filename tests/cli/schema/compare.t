# Two QEMUs, by what they say about themselves.
$ cat >old.json <<END
> {"vmschkmachine": {"Name": "pc"},
>  "nic": {"Name": "nic", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "nic", "version_id": 1, "minimum_version_id": 1, "Fields": [
>    {"field": "mac", "version_id": 0, "field_exists": false, "size": 6},
>    {"field": "status", "version_id": 0, "field_exists": false, "size": 4},
>    {"field": "ring", "version_id": 0, "field_exists": false, "num": 4, "size": 8}]}},
>  "disk": {"Name": "disk", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "disk", "version_id": 1, "minimum_version_id": 1, "Fields": [
>    {"field": "sector", "version_id": 0, "field_exists": false, "size": 8}]}},
>  "tape": {"Name": "tape", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "tape", "version_id": 1, "minimum_version_id": 1, "Fields": []}}}
> END
$ cat >new.json <<END
> {"vmschkmachine": {"Name": "pc"},
>  "nic": {"Name": "nic", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "nic", "version_id": 1, "minimum_version_id": 1, "Fields": [
>    {"field": "address", "version_id": 0, "field_exists": false, "size": 6},
>    {"field": "speed", "version_id": 0, "field_exists": false, "size": 2},
>    {"field": "status", "version_id": 0, "field_exists": false, "size": 4},
>    {"field": "ring", "version_id": 0, "field_exists": false, "num": 4, "size": 8}]}},
>  "disk": {"Name": "disk", "version_id": 2, "minimum_version_id": 1,
>   "Description": {"name": "disk", "version_id": 2, "minimum_version_id": 1, "Fields": [
>    {"field": "sector", "version_id": 0, "field_exists": false, "size": 8},
>    {"field": "queue", "version_id": 2, "field_exists": false, "size": 4}],
>    "Subsections": [{"name": "disk/zoned", "version_id": 1, "minimum_version_id": 1, "Fields": []}]}}}
> END
$ qevm schema compare old.json new.json
old.json -> new.json: nic//speed: error[field-missing]: read, and not sent: 2 bytes
old.json -> new.json: tape: error[device-gone]: the destination has no such device
old.json -> new.json: 2 errors, 0 warnings, 1 note
new.json -> old.json: nic//speed: error[field-extra]: sent, and not read: 2 bytes
new.json -> old.json: disk: error[version-too-new]: the source sends version 2, the destination takes 1 at most
new.json -> old.json: 2 errors, 0 warnings, 1 note
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
[1]
$ qevm schema compare -v --direction forward old.json new.json
old.json -> new.json: nic//mac: note[field-renamed]: the destination calls it address
old.json -> new.json: nic//speed: error[field-missing]: read, and not sent: 2 bytes
old.json -> new.json: tape: error[device-gone]: the destination has no such device
old.json -> new.json: 2 errors, 0 warnings, 1 note
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
[1]

# As vmstate-static-checker.py is called.
$ qevm schema compare -s old.json -d new.json | tail -n 4
old.json -> new.json: 2 errors, 0 warnings, 1 note
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
$ qevm schema compare -r -s old.json -d new.json | tail -n 4
new.json -> old.json: 2 errors, 0 warnings, 1 note
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
$ qevm schema compare --src old.json --dest new.json --reverse --json
{"old": "old.json", "new": "new.json", "backward": {"errors": 2, "warnings": 0, "notes": 1, "accepted": 0, "findings": [{"finding": "field-renamed", "severity": "note", "path": "nic//address", "sentence": "the destination calls it mac"}, {"finding": "field-extra", "severity": "error", "path": "nic//speed", "sentence": "sent, and not read: 2 bytes"}, {"finding": "version-too-new", "severity": "error", "path": "disk", "sentence": "the source sends version 2, the destination takes 1 at most"}]}, "not_told": ["conditions: of fields, and when a subsection is needed", "types, and lengths that are in a field", "what is no device: ram, timer, cpu_common, apic, globalstate, ..."]}
[1]

# For machines.
$ qevm schema compare --json old.json new.json
{"old": "old.json", "new": "new.json", "forward": {"errors": 2, "warnings": 0, "notes": 1, "accepted": 0, "findings": [{"finding": "field-renamed", "severity": "note", "path": "nic//mac", "sentence": "the destination calls it address"}, {"finding": "field-missing", "severity": "error", "path": "nic//speed", "sentence": "read, and not sent: 2 bytes"}, {"finding": "device-gone", "severity": "error", "path": "tape", "sentence": "the destination has no such device"}]}, "backward": {"errors": 2, "warnings": 0, "notes": 1, "accepted": 0, "findings": [{"finding": "field-renamed", "severity": "note", "path": "nic//address", "sentence": "the destination calls it mac"}, {"finding": "field-extra", "severity": "error", "path": "nic//speed", "sentence": "sent, and not read: 2 bytes"}, {"finding": "version-too-new", "severity": "error", "path": "disk", "sentence": "the source sends version 2, the destination takes 1 at most"}]}, "not_told": ["conditions: of fields, and when a subsection is needed", "types, and lengths that are in a field", "what is no device: ram, timer, cpu_common, apic, globalstate, ..."]}
[1]
$ qevm schema compare --format junit --strict old.json new.json
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="old.json -&gt; new.json" tests="2" failures="2" errors="0" skipped="0">
<testcase classname="old.json -&gt; new.json" name="nic//speed: field-missing"><failure type="field-missing" message="read, and not sent: 2 bytes"></failure></testcase>
<testcase classname="old.json -&gt; new.json" name="tape: device-gone"><failure type="device-gone" message="the destination has no such device"></failure></testcase>
<system-out></system-out>
</testsuite>
<testsuite name="new.json -&gt; old.json" tests="2" failures="2" errors="0" skipped="0">
<testcase classname="new.json -&gt; old.json" name="nic//speed: field-extra"><failure type="field-extra" message="sent, and not read: 2 bytes"></failure></testcase>
<testcase classname="new.json -&gt; old.json" name="disk: version-too-new"><failure type="version-too-new" message="the source sends version 2, the destination takes 1 at most"></failure></testcase>
<system-out></system-out>
</testsuite>
</testsuites>
[1]
$ gzip -k old.json
$ qevm schema compare old.json.gz old.json
old.json.gz -> old.json: 0 errors, 0 warnings, 0 notes
old.json -> old.json.gz: 0 errors, 0 warnings, 0 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...

# What is known of, and until when.
$ qevm schema compare --write-baseline known.json old.json new.json
$ sed 's/"until": "[-0-9]*"/"until": "9999-12-31"/; s/not looked at yet/no such machine here/' known.json >baseline.json
$ cat baseline.json
{"qevm-baseline": 1, "accepted": [
 {"finding": "field-missing", "path": "nic//speed", "direction": "forward", "reason": "no such machine here", "until": "9999-12-31"},
 {"finding": "device-gone", "path": "tape", "direction": "forward", "reason": "no such machine here", "until": "9999-12-31"},
 {"finding": "field-extra", "path": "nic//speed", "direction": "backward", "reason": "no such machine here", "until": "9999-12-31"},
 {"finding": "version-too-new", "path": "disk", "direction": "backward", "reason": "no such machine here", "until": "9999-12-31"}]}
$ qevm schema compare --baseline baseline.json old.json new.json
old.json -> new.json: 0 errors, 0 warnings, 1 note, 2 accepted
new.json -> old.json: 0 errors, 0 warnings, 1 note, 2 accepted
baseline.json: 0 errors, 0 warnings, 0 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
$ qevm schema compare -v --baseline baseline.json --direction forward old.json new.json
old.json -> new.json: nic//mac: note[field-renamed]: the destination calls it address
old.json -> new.json: nic//speed: accepted error[field-missing]: read, and not sent: 2 bytes
    accepted: no such machine here (until 9999-12-31)
old.json -> new.json: tape: accepted error[device-gone]: the destination has no such device
    accepted: no such machine here (until 9999-12-31)
old.json -> new.json: 0 errors, 0 warnings, 1 note, 2 accepted
baseline.json: nic//speed: warning[baseline-unused]: accepted[2] accepts no field-extra
baseline.json: disk: warning[baseline-unused]: accepted[3] accepts no version-too-new
baseline.json: 0 errors, 2 warnings, 0 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
$ qevm schema compare --baseline baseline.json --format junit --direction forward old.json new.json
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="old.json -&gt; new.json" tests="2" failures="0" errors="0" skipped="2">
<testcase classname="old.json -&gt; new.json" name="nic//speed: field-missing"><skipped message="no such machine here (until 9999-12-31)"/></testcase>
<testcase classname="old.json -&gt; new.json" name="tape: device-gone"><skipped message="no such machine here (until 9999-12-31)"/></testcase>
<system-out></system-out>
</testsuite>
<testsuite name="baseline.json" tests="1" failures="0" errors="0" skipped="0">
<testcase classname="baseline.json" name="no errors"></testcase>
<system-out>warning: nic//speed: baseline-unused: accepted[2] accepts no field-extra
warning: disk: baseline-unused: accepted[3] accepts no version-too-new
</system-out>
</testsuite>
</testsuites>
$ cat >stale.json <<END
> {"qevm-baseline": 1, "accepted": [
>  {"finding": "device-gone", "path": "tape", "reason": "nobody has one", "until": "2020-01-01"},
>  {"finding": "field-missing", "path": "nic//*", "reason": "repaired soon", "until": "9999-12-31"},
>  {"finding": "field-missing", "path": "gpu//*", "reason": "never was", "until": "9999-12-31"}]}
> END
$ qevm schema compare --baseline stale.json --direction forward old.json new.json
old.json -> new.json: tape: error[device-gone]: the destination has no such device
old.json -> new.json: 1 error, 0 warnings, 1 note, 1 accepted
stale.json: tape: warning[baseline-expired]: accepted[0] accepted device-gone until 2020-01-01: nobody has one
stale.json: gpu//*: warning[baseline-unused]: accepted[2] accepts no field-missing
stale.json: 0 errors, 2 warnings, 0 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
[1]
$ qevm schema compare --baseline stale.json --write-baseline - --direction forward old.json new.json | sed 's/"until": "2[-0-9]*"/"until": "..."/'
{"qevm-baseline": 1, "accepted": [
 {"finding": "field-missing", "path": "nic//*", "reason": "repaired soon", "until": "9999-12-31"},
 {"finding": "device-gone", "path": "tape", "direction": "forward", "reason": "not looked at yet", "until": "..."}]}

# Those that come with qevm.
$ qevm schema compare --direction forward qemu-7.2/x86_64 qemu-10.0/x86_64
qemu-7.2/x86_64 -> qemu-10.0/x86_64: e1000e//core.timadj: warning[field-conditional]: read if a condition holds, never sent: 8 bytes
qemu-7.2/x86_64 -> qemu-10.0/x86_64: sysbus-ahci: error[device-gone]: the destination has no such device
qemu-7.2/x86_64 -> qemu-10.0/x86_64: pciespscsi//esp/drq_state: error[field-missing]: read, and not sent: 1 byte (am53c974, dc390)
qemu-7.2/x86_64 -> qemu-10.0/x86_64: pciespscsi//esp/{esp/pdma}: warning[subsection-optional]: the destination does not know this subsection, and refuses it if it is sent (am53c974, dc390)
qemu-7.2/x86_64 -> qemu-10.0/x86_64: sysbusespscsi//esp/drq_state: error[field-missing]: read, and not sent: 1 byte (sysbus-esp)
qemu-7.2/x86_64 -> qemu-10.0/x86_64: sysbusespscsi//esp/{esp/pdma}: warning[subsection-optional]: the destination does not know this subsection, and refuses it if it is sent (sysbus-esp)
qemu-7.2/x86_64 -> qemu-10.0/x86_64: 3 errors, 3 warnings, 10 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
not told: lengths of arrays, by a QEMU before 8.1
[1]
$ qevm schema compare --direction backward qemu-5.2/ppc64 qemu-5.2/ppc64
qemu-5.2/ppc64 -> qemu-5.2/ppc64: 0 errors, 0 warnings, 0 notes
not told: conditions: of fields, and when a subsection is needed
not told: types, and lengths that are in a field
not told: what is no device: ram, timer, cpu_common, apic, globalstate, ...
not told: lengths of arrays, by a QEMU before 8.1
not told: devices that qemu-5.2/ppc64, which is not complete, does not have
$ qevm schema compare qemu-10.0/x86_64 qemu-10.0/x86_64 | head -n 2
qemu-10.0/x86_64 -> qemu-10.0/x86_64: 0 errors, 0 warnings, 0 notes
qemu-10.0/x86_64 -> qemu-10.0/x86_64: 0 errors, 0 warnings, 0 notes

# Two streams.
$ qevm schema compare $STREAMS/7.2-pc-i440fx-6.2.mig $STREAMS/7.2-pc-i440fx-6.2.mig
$STREAMS/7.2-pc-i440fx-6.2.mig -> $STREAMS/7.2-pc-i440fx-6.2.mig: 0 errors, 0 warnings, 0 notes
$STREAMS/7.2-pc-i440fx-6.2.mig -> $STREAMS/7.2-pc-i440fx-6.2.mig: 0 errors, 0 warnings, 0 notes
not told: what is sent only in another state of the guest
not told: the oldest version that is taken
not told: elements of lists, and what devices write by code of their own
$ qevm schema compare $STREAMS/7.2-pc-i440fx-6.2.mig $STREAMS/10.0-pc-i440fx-10.0.mig
$STREAMS/7.2-pc-i440fx-6.2.mig -> $STREAMS/10.0-pc-i440fx-10.0.mig: 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index: warning[field-conditional]: read if a condition holds, never sent: 4 bytes
$STREAMS/7.2-pc-i440fx-6.2.mig -> $STREAMS/10.0-pc-i440fx-10.0.mig: 0 errors, 1 warning, 2 notes
$STREAMS/10.0-pc-i440fx-10.0.mig -> $STREAMS/7.2-pc-i440fx-6.2.mig: 0000:00:01.3/piix4_pm//acpi_pci_hotplug.acpi_index: warning[field-conditional]: sent if a condition holds, never read: 4 bytes
$STREAMS/10.0-pc-i440fx-10.0.mig -> $STREAMS/7.2-pc-i440fx-6.2.mig: 0 errors, 1 warning, 2 notes
not told: what is sent only in another state of the guest
not told: the oldest version that is taken
not told: elements of lists, and what devices write by code of their own

# Usage and errors.
$ qevm schema compare old.json
2> qevm: schema compare: needs OLD and NEW
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare -s old.json
2> qevm: schema compare: --src and --dest go together
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare -s old.json -d new.json old.json
2> qevm: schema compare: too many arguments
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare --direction up old.json new.json
2> qevm: schema compare: no direction "up"; there are forward, backward and both
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare -r --direction forward old.json new.json
2> qevm: schema compare: --reverse and --direction exclude each other
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare --format xml old.json new.json
2> qevm: schema compare: no format "xml"; there are text, json and junit
2> Usage: qevm schema compare [OPTIONS] OLD NEW
2> See "qevm help schema compare".
[2]
$ qevm schema compare old.json $STREAMS/7.2-pc-i440fx-6.2.mig
2> qevm: a stream and a dump do not compare; "qevm check STREAM --against DUMP" tells whether one takes the other
[3]
$ qevm schema compare old.json qemu-1.0/x86_64
2> qevm: qemu-1.0/x86_64: no such file, and no target of that name is shipped; "qevm target list" lists those that are
[3]
$ qevm schema compare old.json ../../etc/passwd
2> qevm: ../../etc/passwd: no such file, and no target of that name is shipped; "qevm target list" lists those that are
[3]
$ echo '{"qevm-rules": 1, "rules": []}' >rules.json
$ qevm schema compare old.json rules.json
2> qevm: rules.json: no -dump-vmstate file: "vmschkmachine" is missing
[3]
$ qevm schema compare --baseline rules.json old.json new.json
2> qevm: rules.json: no baseline: expected {"qevm-baseline": 1, "accepted": [...]}
[3]
$ qevm schema compare --baseline nowhere.json old.json new.json
2> qevm: nowhere.json: Failed to open file “nowhere.json”: No such file or directory
[3]
$ qevm schema compare --write-baseline /nowhere/b.json old.json new.json
2> qevm: /nowhere/b.json: cannot make a file in "/nowhere": No such file or directory
[4]
