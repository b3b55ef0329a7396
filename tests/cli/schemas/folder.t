# Descriptions of one's own.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ mkdir mine
$ cat >mine/globalstate.json <<'EOF'
> {"qevm-schema": 1,
>  "types": {"mine": {"fields": [
>    {"name": "a", "type": "string", "size": 32},
>    {"name": "b", "type": "uint8", "count": 68}]}},
>  "leaves": [{"vmsd": "global*", "type": "buffer", "is": "mine"}]}
> EOF
$ qevm show --schema mine vm.mig globalstate
globalstate version 1, instance 0, 104 bytes
    size = 7
    runstate
        a = "paused"
        b = [0, 0, 0, 0, 0, 0, 0, 0, ... 60 more]
# One that does not fit says why, and the bytes stay bytes.
$ cat >mine/globalstate.json <<'EOF'
> {"qevm-schema": 1,
>  "types": {"mine": {"fields": [
>    {"name": "a", "type": "string", "size": 32},
>    {"name": "b", "type": "uint8", "count": 69}]}},
>  "leaves": [{"vmsd": "global*", "type": "buffer", "is": "mine"}]}
> EOF
$ qevm show --schema mine vm.mig globalstate
globalstate version 1, instance 0, 104 bytes
    size = 7
    runstate = "paused" (not read: at 0x3443c: `b' needs 69 x 1 bytes, 68 left)
$ qevm show --json --schema mine vm.mig globalstate
{"type": "full", "offset": 214015, "size": 134, "path": "globalstate", "idstr": "globalstate", "instance_id": 0, "section_id": 44, "version_id": 1, "payload_offset": 214040, "payload_size": 104, "fields": [{"name": "size", "type": "uint32", "offset": 214040, "value": 7}, {"name": "runstate", "type": "buffer", "offset": 214044, "value": "paused", "note": "at 0x3443c: `b' needs 69 x 1 bytes, 68 left"}]}
# One that is wrong is an error, and so is a folder that is not there.
$ cat >mine/wrong.json <<'EOF'
> {"qevm-schema": 1, "types": {"a": {"fields": [{"name": "b", "typ": 1}]}}}
> EOF
$ qevm get --schema mine vm.mig globalstate//size
2> qevm: mine/wrong.json: types.a.fields[0]: unknown member "typ"; there can be: name, type, vmsd, fields, subsections, count, pointers, if, expect, why
[3]
$ qevm get --schema mine --no-schemas vm.mig globalstate//size
7
$ qevm get --schema nowhere vm.mig globalstate//size
2> qevm: nowhere: cannot be opened: No such file or directory
[3]
# What takes the place of those that are shipped.
$ mkdir -p shipped/devices
$ cp mine/wrong.json shipped/devices
$ QEVM_SCHEMAS=$PWD/shipped qevm get vm.mig globalstate//size
2> qevm: vm.mig: $PWD/shipped/devices/wrong.json: types.a.fields[0]: unknown member "typ"; there can be: name, type, vmsd, fields, subsections, count, pointers, if, expect, why
[3]
