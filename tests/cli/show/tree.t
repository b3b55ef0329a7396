$ cp $STREAMS/11.1-avr-mega2560.mig avr.mig
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ qevm show --depth 0 avr.mig
configuration 24 bytes
ram version 4, instance 0, 62 bytes
(RAM not walked, 6567 bytes)
timer version 2, instance 0, 24 bytes
slirp version 4, instance 0, 131 bytes
cpu version 1, instance 0, 146 bytes
globalstate version 1, instance 0, 104 bytes
(EOF, 1 byte)
(VMDESCRIPTION, 1534 bytes)
$ qevm show --depth 0 --walk avr.mig
configuration 24 bytes
ram version 4, instance 0, 62 bytes
(1 SECTION_PART, 6544 bytes)
(command SWITCHOVER_START, 5 bytes)
(SECTION_END of ram, 18 bytes)
timer version 2, instance 0, 24 bytes
slirp version 4, instance 0, 131 bytes
cpu version 1, instance 0, 146 bytes
globalstate version 1, instance 0, 104 bytes
(EOF, 1 byte)
(VMDESCRIPTION, 1534 bytes)
$ qevm show pc.mig configuration timer
configuration 17 bytes
    len = 13
    name = "pc-i440fx-6.2"
timer version 2, instance 0, 24 bytes
    cpu_ticks_offset = 2739553078
    unused = hex:0000000000000000
    cpu_clock_offset = 1014649021
$ qevm show --types pc.mig PCIBUS
PCIBUS version 1, instance 0, 20 bytes
    nirq (int32 equal) = 4
    irq_count (int32[4]) = [0, 0, 0, 0]
$ qevm show --no-schemas --hex pc.mig PCIBUS 0000:00:00.0/I440FX
0x00000b7e                           PCIBUS version 1, instance 0, 20 bytes
0x00000b92  00 00 00 04                  nirq = 4
0x00000b96  00 00 00 00 00 00 00 00      irq_count = [0, 0, 0, 0]
0x00000b9e  00 00 00 00 00 00 00 00
0x00000bab                           0000:00:00.0/I440FX version 3, instance 0, 277 bytes
0x00000bcc                               parent_obj
0x00000bcc  00 00 00 02                      version_id = 2
0x00000bd0  86 80 37 12 03 01 00 00          config[0] = hex:8680371203010000020000060000000000000000000000000000000000000000... (256 bytes)
0x00000bd8  02 00 00 06 00 00 00 00
0x00000be0  00 00 00 00 00 00 00 00
0x00000be8  00 00 00 00 00 00 00 00
            ... 224 more bytes
0x00000cd0  00 00 00 00 00 00 00 00          irq_state = hex:00000000000000000000000000000000
0x00000cd8  00 00 00 00 00 00 00 00
0x00000ce0  00                           unused = hex:00

# Long arrays and repeated names are cut, unless --all is given.
$ qevm show --no-schemas pc.mig 0000:00:01.3/piix4_pm
0000:00:01.3/piix4_pm version 3, instance 0, 2428 bytes
    parent_obj
        version_id = 2
        config[0] = hex:8680137103018002030080060000000000000000000000000000000000000000... (256 bytes)
        irq_state = hex:00000000000000000000000000000000
    ar.pm1.evt.sts = 1
    ar.pm1.evt.en = 0
    ar.pm1.cnt.cnt = 0
    apm
        apmc = 181
        apms = 0
    smb
        smb_stat = 0
        smb_ctl = 0
        smb_cmd = 0
        smb_addr = 0
        smb_data0 = 0
        smb_data1 = 0
        smb_index = 0
        smb_data = [0, 0, 0, 0, 0, 0, 0, 0, ... 24 more]
        smb_auxctl = 2
        smb_blkdata = 0
        i2c_enable = false
        op_done = true
        in_i2c_block_read = false
        start_transaction_on_status_read = false
    ar.tmr.timer = -1
    ar.tmr.overflow_time = 0
    ar.gpe
        sts = 0
        en = 0
    acpi_pci_hotplug.hotplug_select = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[0]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[1]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[2]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[3]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[4]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[5]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[6]
        up = 0
        down = 0
    acpi_pci_hotplug.acpi_pcihp_pci_status[7]
        up = 0
        down = 0
    ... 248 more
    {piix4_pm/memhp} version 1
        acpi_memory_hotplug
            selector = 0
$ qevm show --depth 1 pc.mig kvm-tpr-opt
kvm-tpr-opt version 1, instance 0, 144 bytes
    rom_state
    state = 2
    real_tpr_addr = 0
    rom_state_vaddr = 0
    vapic_paddr = 0
    rom_state_paddr = 827424 (0xca020)
$ qevm show --all pc.mig 'ioapic//ioredtbl'
ioapic//ioredtbl
    ioredtbl
        [0] = 65536 (0x10000)
        [1] = 65536 (0x10000)
        [2] = 65536 (0x10000)
        [3] = 65536 (0x10000)
        [4] = 65536 (0x10000)
        [5] = 65536 (0x10000)
        [6] = 65536 (0x10000)
        [7] = 65536 (0x10000)
        [8] = 65536 (0x10000)
        [9] = 65536 (0x10000)
        [10] = 65536 (0x10000)
        [11] = 65536 (0x10000)
        [12] = 65536 (0x10000)
        [13] = 65536 (0x10000)
        [14] = 65536 (0x10000)
        [15] = 65536 (0x10000)
        [16] = 65536 (0x10000)
        [17] = 65536 (0x10000)
        [18] = 65536 (0x10000)
        [19] = 65536 (0x10000)
        [20] = 65536 (0x10000)
        [21] = 65536 (0x10000)
        [22] = 65536 (0x10000)
        [23] = 65536 (0x10000)

# Broken input: what was decoded, then the error.
$ head -c 2000 avr.mig >cut.mig
$ qevm show --depth 1 cut.mig
configuration 24 bytes
    len = 20
    name = "arduino-mega-2560-v3"
ram version 4, instance 0, 62 bytes
    .mem_size = 274436 (0x43004)
    .blocks
    .end = hex:0000000000000010
(not decoded, 1883 bytes)
2> qevm: cut.mig: ram: at 0x7d0: record needs 8 bytes, 0 left
[3]

$ qevm show avr.mig nothing
2> qevm: avr.mig: no section `nothing` in this stream; there are: configuration, ram, timer, slirp, cpu, globalstate
[3]
$ qevm show avr.mig 'cpu//a//b'
2> qevm: show: path: column 8: expected a step (`//` stands only once)
2> Usage: qevm show [OPTIONS] FILE [PATH...]
2> See "qevm help show".
[2]
$ qevm show --format xml avr.mig
2> qevm: show: no format "xml"
2> Usage: qevm show [OPTIONS] FILE [PATH...]
2> See "qevm help show".
[2]
