# As scripts/analyze-migration.py of QEMU 10.0 prints it.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ qevm show --format analyze pc.mig >pc.json
$ head -n 24 pc.json
{
    "ram (2)": {
        "section sizes": {
            "pc.ram": "0x0000000001000000",
            "0000:00:02.0/vga.vram": "0x0000000001000000",
            "/rom@etc/acpi/tables": "0x0000000000020000",
            "pc.bios": "0x0000000000040000",
            "pc.rom": "0x0000000000020000",
            "0000:00:02.0/vga.rom": "0x0000000000010000",
            "/rom@etc/table-loader": "0x0000000000001000",
            "/rom@etc/acpi/rsdp": "0x0000000000001000"
        }
    },
    "timer (0)": {
        "cpu_ticks_offset": "0x00000000a34a4336",
        "unused": "00 00 00 00 00 00 00 00",
        "cpu_clock_offset": "0x000000003c7a50bd"
    },
    "slirp (4)": {
        "data": "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    },
    "cpu_common (5)": {
        "halted": "0x00000001",
        "interrupt_request": "0x00000012"
$ grep -A 12 PIIX3 pc.json | cut -c 1-60
    "0000:00:01.0/PIIX3 (15)": {
        "dev": {
            "version_id": "0x00000002",
            "config[0]": "86 80 00 70 03 01 00 02 00 00 01 0
            "irq_state": "00 00 00 00 00 00 00 00 00 00 00 0
        },
        "pci_irq_levels_vmstate": [
            "0x00000000",
            "0x00000000",
            "0x00000000",
            "0x00000000"
        ]
    },
$ tail -n 4 pc.json | cut -c 1-60
        "size": "0x00000007",
        "runstate": "70 61 75 73 65 64 00 00 00 00 00 00 00 
    }
}

# That script stops at null pointers and at streams without a vmdesc.
$ qevm show --format analyze $STREAMS/10.0-s390-css0.mig | grep -c nullptr
254
$ qevm show --format analyze $STREAMS/11.1-xen.mig | head -n 4 | cut -c 1-60
{
    "apic (7)": {
        "apicbase": "0xfee00900",
        "id": "0x00",
$ qevm show --format analyze pc.mig timer
2> qevm: show: --format analyze shows whole streams
2> Usage: qevm show [OPTIONS] FILE [PATH...]
2> See "qevm help show".
[2]
