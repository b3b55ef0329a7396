# Fields of what the stream calls one leaf, by a description of the test's own.
$ cp $STREAMS/11.1-q35-virtio.mig vm.mig
$ mkdir -p shipped/devices
$ cat >shipped/devices/rng.json <<'EOF'
> {"qevm-schema": 1,
>  "names": {"status": {"kind": "flags", "0": "acknowledge", "1": "driver"}},
>  "types": {
>   "queue": {"fields": [
>     {"name": "num", "type": "uint32"}, {"name": "desc", "type": "uint64"},
>     {"name": "last_avail_idx", "type": "uint16"},
>     {"name": "vector", "type": "uint16"}]},
>   "rng": {"fields": [
>     {"name": "transport", "type": "bytes", "size": 311},
>     {"name": "status", "type": "uint8", "names": "status"},
>     {"name": "isr", "type": "uint8"},
>     {"name": "queue_sel", "type": "uint16"},
>     {"name": "features", "type": "uint32"},
>     {"name": "config_len", "type": "uint32"},
>     {"name": "num_queues", "type": "uint32"},
>     {"name": "queue", "type": "queue", "count": "$\"num_queues\""},
>     {"name": "rest", "vmsd": "virtio", "subsections": [
>       {"name": "virtio/64bit_features", "version": 1,
>        "fields": [{"name": "features", "type": "uint64"}]},
>       {"name": "virtio/virtqueues", "version": 1,
>        "fields": [{"name": "rings", "type": "bytes", "size": 16384}]},
>       {"name": "virtio/extra_state", "version": 1, "subsections": [
>         {"name": "virtio_pci/modern_state", "version": 1,
>          "fields": [{"name": "state", "type": "bytes", "size": 28688}]}]},
>       {"name": "virtio/disabled", "version": 1,
>        "fields": [{"name": "disabled", "type": "bool", "default": true}]}]}]}},
>  "leaves": [{"vmsd": "virtio-rng", "type": "virtio", "is": "rng"}]}
> EOF
$ QEVM_SCHEMAS=shipped qevm show vm.mig 0000:00:05.0/virtio-rng
0000:00:05.0/virtio-rng version 1, instance 0, 45548 bytes
    virtio
        transport = hex:00000002f41a0510030110000000ff0000000000a1c100000040bdfe00000000... (311 bytes)
        status = 0
        isr = 0
        queue_sel = 0
        features = 0
        config_len = 0
        num_queues = 1
        queue 1 element
            [0]
                num = 8
                desc = 0
                last_avail_idx = 0
                vector = 65535 (0xffff)
        rest
            {virtio/64bit_features} version 1
                features = 0
            {virtio/virtqueues} version 1
                rings = hex:0000000000000000000000000000000000000000000000000000000000000000... (16384 bytes)
            {virtio/extra_state} version 1
                {virtio_pci/modern_state} version 1
                    state = hex:0000000000000000000000000000000000000000000000000000000000000000... (28688 bytes)
            {virtio/disabled} version 1
                disabled = true
$ QEVM_SCHEMAS=shipped qevm show --no-schemas vm.mig 0000:00:05.0/virtio-rng
0000:00:05.0/virtio-rng version 1, instance 0, 45548 bytes
    virtio = hex:00000002f41a0510030110000000ff0000000000a1c100000040bdfe00000000... (45548 bytes)
$ QEVM_SCHEMAS=shipped qevm get --json vm.mig 0000:00:05.0/virtio-rng//virtio/status
{"path": "0000:00:05.0/virtio-rng//virtio/status", "value": 0, "names": []}
# By name; what get prints goes back in.
$ QEVM_SCHEMAS=shipped qevm set -o new.mig vm.mig 0000:00:05.0/virtio-rng//virtio/status 'acknowledge|driver|bit2'
$ QEVM_SCHEMAS=shipped qevm get new.mig 0000:00:05.0/virtio-rng//virtio/status
0x7 (acknowledge driver bit2)
$ QEVM_SCHEMAS=shipped qevm set -o again.mig new.mig 0000:00:05.0/virtio-rng//virtio/status '0x7 (acknowledge driver bit2)'
$ cmp new.mig again.mig
$ QEVM_SCHEMAS=shipped qevm diff vm.mig new.mig
0000:00:05.0/virtio-rng//virtio/status: 0 -> 7
[1]
$ QEVM_SCHEMAS=shipped qevm set -o new.mig vm.mig 0000:00:05.0/virtio-rng//virtio/status 'driver|dirver'
2> qevm: vm.mig: 0000:00:05.0/virtio-rng//virtio/status: `dirver' is no name or number; the names are: acknowledge, driver
[3]
# Bytes that no longer read like that are not written.
$ QEVM_SCHEMAS=shipped qevm set -o new.mig vm.mig 0000:00:05.0/virtio-rng//virtio/num_queues 2
2> qevm: vm.mig: 0000:00:05.0/virtio-rng: its description no longer fits `virtio': at 0x2a200: 45189 bytes left over
[3]
# A subsection less, one more: the leaf has another size, in the vmdesc too.
# Of one that says what it said by default, nothing is lost.
$ cat >strip.json <<EOF
> {"qevm-rules": 1, "rules": [
>   {"op": "strip-subsection", "at": "0000:00:05.0/virtio-rng//virtio/rest/{virtio/disabled}"}]}
> EOF
$ QEVM_SCHEMAS=shipped qevm rewrite -r strip.json -o new.mig vm.mig
$ QEVM_SCHEMAS=shipped qevm check new.mig
new.mig: 0 errors, 0 warnings, 0 notes
$ QEVM_SCHEMAS=shipped qevm show --no-schemas new.mig 0000:00:05.0/virtio-rng
0000:00:05.0/virtio-rng version 1, instance 0, 45526 bytes
    virtio = hex:00000002f41a0510030110000000ff0000000000a1c100000040bdfe00000000... (45526 bytes)
$ QEVM_SCHEMAS=shipped qevm diff vm.mig new.mig
- 0000:00:05.0/virtio-rng//virtio/rest/{virtio/disabled} (22 bytes)
[1]
$ cat >add.json <<EOF
> {"qevm-rules": 1, "rules": [
>   {"op": "add-subsection", "at": "0000:00:05.0/virtio-rng//virtio/rest",
>    "to": "virtio/disabled", "version": 1,
>    "fields": [{"name": "disabled", "type": "bool", "value": true}]}]}
> EOF
$ QEVM_SCHEMAS=shipped qevm rewrite -r add.json -o again.mig new.mig
$ cmp vm.mig again.mig
# Of a queue more, the bytes tell; of a subsection they do not know, not.
$ sed 's,virtio/disabled,virtio/enabled,' add.json >strange.json
$ QEVM_SCHEMAS=shipped qevm rewrite -r strange.json -o again.mig new.mig
2> qevm: new.mig: 0000:00:05.0/virtio-rng: its description no longer fits `virtio': at 0x3526f: subsection virtio/enabled is not described here
[3]
# A leaf is still one to those who want its bytes.
$ cat >bytes.json <<EOF
> {"qevm-rules": 1, "rules": [
>   {"op": "set-bytes", "at": "0000:00:05.0/virtio-rng//virtio",
>    "index": 311, "value": {"hex": "01"}}]}
> EOF
$ QEVM_SCHEMAS=shipped qevm rewrite -r bytes.json -o new.mig vm.mig
$ QEVM_SCHEMAS=shipped qevm diff vm.mig new.mig
0000:00:05.0/virtio-rng//virtio/status: 0 -> 1
[1]
# One that does not fit is a note.
$ sed -i 's/28688/28689/' shipped/devices/rng.json
$ QEVM_SCHEMAS=shipped qevm check vm.mig
vm.mig: 0000:00:05.0/virtio-rng at 0x35270: note[not-read]: `virtio' is not read: 21 bytes left over
vm.mig: 0 errors, 0 warnings, 1 note
# As QEMU's script sees it, nothing is different.
$ qevm show --format analyze vm.mig >with
$ qevm show --format analyze --no-schemas vm.mig >without
$ cmp with without
