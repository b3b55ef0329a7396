# A log of libvirt: two machines, several failures, one twice, and much else.
$ cat >vm.log <<'EOF'
> 2023-05-04 10:00:00.000+0000: starting up libvirt version: 9.0.0, qemu version: 7.2.0
> LC_ALL=C \
> /usr/bin/qemu-system-x86_64 \
> -name guest=vm,debug-threads=on \
> -incoming defer
> char device redirected to /dev/pts/3 (label charserial0)
> 2023-05-04T10:00:01.000000Z qemu-system-x86_64: warning: nic e1000.0 has no peer
> 2023-05-04T10:00:02.000000Z qemu-system-x86_64: Unknown ramblock "vga.vram", cannot accept migration
> 2023-05-04T10:00:02.000100Z qemu-system-x86_64: error while loading state for instance 0x0 of device 'ram'
> 2023-05-04T10:00:02.000200Z qemu-system-x86_64: load of migration failed: Invalid argument
> 2023-05-04 10:00:02.100+0000: shutting down, reason=failed
> 2023-05-04T11:00:02.000000Z qemu-system-x86_64: Unknown ramblock "vga.vram", cannot accept migration
> 2023-05-04T11:00:02.000100Z qemu-system-x86_64: error while loading state for instance 0x0 of device 'ram'
> 2023-05-04T11:00:02.000200Z qemu-system-x86_64: load of migration failed: Invalid argument
> 2023-05-04T12:00:00.000000Z qemu-system-x86_64: terminating on signal 15 from pid 815 (/usr/sbin/libvirtd)
> 2023-05-05T10:00:00.000000Z qemu-system-x86_64: Expected vmdescription section, but got 0
> EOF
$ qevm explain - <vm.log
Unknown ramblock "vga.vram", cannot accept migration
error while loading state for instance 0x0 of device 'ram'
load of migration failed: Invalid argument
(2 times)
  worded by  QEMU 2.3 to 10.1
  check      parse_ramblocks() in migration/ram.c
  section    ram, instance 0
  finding    ram-block-unknown

The stream has the content of a RAM block that the destination does not have,
or that has another name there.

What it usually comes from:
  vram-name
    Machine types up to 2.12 call the memory of a PCI graphics card vga.vram,
    newer ones after the device: 0000:00:02.0/vga.vram.
    Rename it with the rule rename-ram-block.
    (hw/core/machine.c: hw_compat_2_12 (VGA.global-vmstate and others))

Next: give the stream, too, to see what it has there: "qevm explain MESSAGE
STREAM"; and the destination with --against, to see in what they differ

This stopped nothing:
Expected vmdescription section, but got 0
    The description of the devices at the end of the stream is not there. QEMU
    does not need it, and the guest runs.

Not understood:
  terminating on signal 15 from pid 815 (/usr/sbin/libvirtd)

$ qevm explain --json - <vm.log | python3 -m json.tool | head -60
{
    "lines": 16,
    "failures": [
        {
            "lines": [
                "Unknown ramblock \"vga.vram\", cannot accept migration",
                "error while loading state for instance 0x0 of device 'ram'",
                "load of migration failed: Invalid argument"
            ],
            "times": 2,
            "messages": [
                {
                    "id": "ram-block-unknown",
                    "kind": "cause",
                    "arguments": {
                        "block": "vga.vram"
                    }
                },
                {
                    "id": "device",
                    "kind": "place",
                    "arguments": {
                        "instance": "0",
                        "idstr": "ram"
                    }
                },
                {
                    "id": "load-failed",
                    "kind": "outcome",
                    "arguments": {
                        "error": "Invalid argument"
                    }
                }
            ],
            "cause": {
                "id": "ram-block-unknown",
                "kind": "cause",
                "arguments": {
                    "block": "vga.vram"
                }
            },
            "from": "2.3",
            "to": "10.1",
            "check": "migration/ram.c:parse_ramblocks()",
            "section": "ram",
            "instance_id": 0,
            "places": [],
            "finding": "ram-block-unknown",
            "means": "The stream has the content of a RAM block that the destination does not have, or that has another name there.",
            "causes": [
                {
                    "name": "vram-name",
                    "cause": "Machine types up to 2.12 call the memory of a PCI graphics card vga.vram, newer ones after the device: 0000:00:02.0/vga.vram.",
                    "remedy": "Rename it with the rule rename-ram-block.",
                    "source": "hw/core/machine.c: hw_compat_2_12 (VGA.global-vmstate and others)"
                }
            ]
        }
    ],
    "notices": [

# Nothing in it.
$ echo 'all is well' | qevm explain -
No message of a QEMU that refuses a stream in 1 line.
$ qevm explain --json - </dev/null
{"lines": 0, "failures": [], "notices": [], "not_understood": []}

# An answer of QMP.
$ echo '{"error": {"class": "GenericError", "desc": "load of migration failed: Invalid argument: Unknown section type 46"}}' | qevm explain - | head -4
load of migration failed: Invalid argument: Unknown section type 46
  worded by  QEMU 10.2 or newer
  check      qemu_loadvm_state_main() in migration/savevm.c
  finding    bad-framing

# Bytes that no terminal should get.
$ printf 'kvm: Missing section footer for a\033[31mb\377 "q"\n' | qevm explain - | sed -n 1,4p
Missing section footer for a\x1b[31mb\xff "q"
  worded by  QEMU 2.4 or newer
  check      check_section_footer() in migration/savevm.c
  section    a\x1b[31mb\xff "q"
$ printf 'kvm: \033[2J\n' | qevm explain -
Not understood:
  \x1b[2J
[1]
