# Where nothing describes the devices: they begin at what looks like a header.
$ cp $STREAMS/5.2-pc-i440fx-2.0.mig old.mig; cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ qevm recover old.mig
0x0000000000  read    header        8 bytes
0x0000000008  read    SECTION_START ram@0, version 4, 174 bytes
0x00000000c7  read    SECTION_PART  13 bytes
0x00000000d4  read    SECTION_END   13 bytes
0x00000000e1  header  SECTION_FULL  timer@0, version 2, 24 bytes
0x000000010c  header  SECTION_FULL  slirp@0, version 4, 131 bytes
0x00000001a2  header  SECTION_FULL  cpu_common@0, version 1, 8 bytes
0x00000001c2  header  SECTION_FULL  cpu@0, version 12, 1851 bytes
0x000000090e  header  SECTION_FULL  kvm-tpr-opt@0, version 1, 144 bytes
0x00000009b7  header  SECTION_FULL  apic@0, version 3, 181 bytes
0x0000000a7e  header  SECTION_FULL  fw_cfg@0, version 2, 6 bytes
0x0000000a98  header  SECTION_FULL  PCIBUS@0, version 1, 20 bytes
0x0000000ac0  header  SECTION_FULL  0000:00:00.0/I440FX@0, version 3, 277 bytes
0x0000000bf6  header  SECTION_FULL  0000:00:01.0/PIIX3@0, version 3, 292 bytes
0x0000000d3a  header  SECTION_FULL  i8259@0, version 1, 16 bytes
0x0000000d5d  header  SECTION_FULL  i8259@1, version 1, 16 bytes
0x0000000d80  header  SECTION_FULL  ioapic@0, version 3, 206 bytes
0x0000000e62  header  SECTION_FULL  0000:00:02.0/cirrus_vga@0, version 2, 1870 bytes
0x00000015d5  header  SECTION_FULL  hpet@0, version 2, 151 bytes
0x000000167e  header  SECTION_FULL  mc146818rtc@0, version 3, 245 bytes
0x000000178c  header  SECTION_FULL  i8254@0, version 3, 108 bytes
0x000000180b  header  SECTION_FULL  dma@0, version 1, 75 bytes
0x0000001867  header  SECTION_FULL  dma@1, version 1, 75 bytes
0x00000018c3  header  SECTION_FULL  parallel_isa@0, version 1, 12 bytes
0x00000018e9  header  SECTION_FULL  fdc@0, version 2, 593 bytes
0x0000001b4b  header  SECTION_FULL  ps2kbd@0, version 3, 284 bytes
0x0000001c7b  header  SECTION_FULL  ps2mouse@0, version 2, 291 bytes
0x0000001db4  header  SECTION_FULL  pckbd@0, version 3, 4 bytes
0x0000001dcb  header  SECTION_FULL  vmmouse@0, version 0, 4105 bytes
0x0000002de9  header  SECTION_FULL  port92@0, version 1, 1 byte
0x0000002dfe  header  SECTION_FULL  0000:00:03.0/e1000@0, version 2, 67646 bytes
0x000001365c  header  SECTION_FULL  0000:00:01.1/ide@0, version 3, 942 bytes
0x0000013a28  header  SECTION_FULL  i2c_bus@0, version 1, 1 byte
0x0000013a3e  header  SECTION_FULL  0000:00:01.3/piix4_pm@0, version 3, 2356 bytes
0x0000014395  header  SECTION_FULL  acpi_build@0, version 1, 1 byte
0x00000143ae  place   EOF           1 byte
cannot be read on: nothing describes what follows
found: 0 sections with their footer, 31 by the look of the header

# A stream that was cut.
$ head -c 100000 vm.mig >cut.mig; qevm recover cut.mig | tail -4
0x0000002d91  read    SECTION_FULL  port92@0, version 1, 1 byte
0x0000002dab  header  SECTION_FULL  0000:00:03.0/e1000@0, version 2, 88277 bytes
cannot be read on: 0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it
found: 0 sections with their footer, 1 by the look of the header

# A stream with bytes lost, a footer and a header among them.
$ (head -c 11680 vm.mig; tail -c +11720 vm.mig) >lost.mig; qevm recover lost.mig | grep -v read
0x0000002d91  header  SECTION_FULL  port92@0, version 512, 198789 bytes
0x000003362a  footer  SECTION_FULL  0000:00:01.1/ide@0, version 3, 942 bytes
0x00000339fb  footer  SECTION_FULL  i2c_bus@0, version 1, 1 byte
0x0000033a16  footer  SECTION_FULL  0000:00:01.3/piix4_pm@0, version 3, 2428 bytes
0x00000343ba  footer  SECTION_FULL  acpi_build@0, version 1, 1 byte
0x00000343d8  footer  SECTION_FULL  globalstate@0, version 1, 104 bytes
0x000003445e  place   EOF           1 byte
0x000003445f  text    VMDESCRIPTION 106586 bytes
found: 5 sections with their footer, 1 by the look of the header
$ qevm recover --json cut.mig | tr '{' '\n' | tail -3
"idstr": "vmmouse", "section_id": 29, "instance_id": 0, "version_id": 0, "kind": "SECTION_FULL", "proof": "read", "offset": 7534, "size": 4131, "payload_offset": 7555, "payload_size": 4105}, 
"idstr": "port92", "section_id": 30, "instance_id": 0, "version_id": 1, "kind": "SECTION_FULL", "proof": "read", "offset": 11665, "size": 26, "payload_offset": 11685, "payload_size": 1}, 
"idstr": "0000:00:03.0/e1000", "section_id": 31, "instance_id": 0, "version_id": 2, "kind": "SECTION_FULL", "proof": "header", "offset": 11691, "size": 88309, "payload_offset": 11723, "payload_size": 88277}], "error": "0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it"}

# A sound one, and what is none.
$ qevm recover $STREAMS/11.1-avr-mega2560.mig
0x0000000000  read    header        8 bytes
0x0000000008  read    CONFIGURATION 25 bytes
0x0000000021  read    SECTION_START ram@0, version 4, 62 bytes
0x0000000075  read    live part     6567 bytes
0x0000001a1c  read    SECTION_FULL  timer@0, version 2, 24 bytes
0x0000001a4c  read    SECTION_FULL  slirp@0, version 4, 131 bytes
0x0000001ae7  read    SECTION_FULL  cpu@0, version 1, 146 bytes
0x0000001b8f  read    SECTION_FULL  globalstate@0, version 1, 104 bytes
0x0000001c15  read    EOF           1 byte
0x0000001c16  read    VMDESCRIPTION 1534 bytes
$ echo hello >no.mig; cat no.mig | qevm recover -
2> qevm: -: at 0x0: stream header needs 8 bytes, 6 left
[3]
$ qevm recover no.mig
2> qevm: no.mig: at 0x0: stream header needs 8 bytes, 6 left
[3]
