# One screen: what the stream is, and what tells who wrote it.
$ cp $STREAMS/11.1-avr-mega2560.mig $STREAMS/7.2-pc-i440fx-6.2.mig $STREAMS/7.2-postcopy.mig .
$ qevm info 7.2-pc-i440fx-6.2.mig
7.2-pc-i440fx-6.2.mig: migration stream, 320736 bytes (313.2 KiB)
  machine    pc-i440fx-6.2
  written by QEMU 6.2 to 8.1
             the machine type is pc-i440fx-6.2
             the vmdesc does not describe the configuration
  page size  4096
  footers    yes
  RAM        8 blocks, 34152448 bytes (32.6 MiB)
             pc.ram                               16777216 bytes (16.0 MiB)
             0000:00:02.0/vga.vram                16777216 bytes (16.0 MiB)
             /rom@etc/acpi/tables                 131072 bytes (128.0 KiB)
             pc.bios                              262144 bytes (256.0 KiB)
             pc.rom                               131072 bytes (128.0 KiB)
             0000:00:02.0/vga.rom                 65536 bytes (64.0 KiB)
             /rom@etc/table-loader                4096 bytes (4.0 KiB)
             /rom@etc/acpi/rsdp                   4096 bytes (4.0 KiB)
  pages      RAM not walked, 36 bytes; --walk does
  devices    34 sections, 213858 bytes (208.8 KiB); the largest (--sections: all):
             section                              instance version      bytes
             0000:00:03.0/e1000                          0       2     198785
             vmmouse                                     0       0       4105
             0000:00:01.3/piix4_pm                       0       3       2428
             cpu                                         0      12       1882
             0000:00:02.0/vga                            0       2       1407
             0000:00:01.1/ide                            0       3        942
             fdc                                         0       2        593
             0000:00:01.0/PIIX3                          0       3        292
  vmdesc     106586 bytes (104.1 KiB), describes 34 devices
$ qevm info --walk 11.1-avr-mega2560.mig
11.1-avr-mega2560.mig: migration stream, 8724 bytes (8.5 KiB)
  machine    arduino-mega-2560-v3
  written by QEMU 10.0 or newer
             there is a command SWITCHOVER_START
  page size  1024
  footers    yes
  RAM        3 blocks, 274432 bytes (268.0 KiB)
             flash                                262144 bytes (256.0 KiB)
             sram                                 8192 bytes (8.0 KiB)
             sram-as-io                           4096 bytes (4.0 KiB)
  pages      6562 bytes (6.4 KiB); 4 normal, 264 zero
  commands   SWITCHOVER_START
  devices    4 sections, 505 bytes
             section                              instance version      bytes
             cpu                                         0       1        146
             slirp                                       0       4        131
             globalstate                                 0       1        104
             timer                                       0       2         24
  vmdesc     1534 bytes (1.5 KiB), describes 4 devices

# From a pipe, all of it is read.
$ cat 11.1-avr-mega2560.mig | qevm info --sections -
-: migration stream, 8724 bytes (8.5 KiB)
  machine    arduino-mega-2560-v3
  written by QEMU 10.0 or newer
             there is a command SWITCHOVER_START
  page size  1024
  footers    yes
  RAM        3 blocks, 274432 bytes (268.0 KiB)
             flash                                262144 bytes (256.0 KiB)
             sram                                 8192 bytes (8.0 KiB)
             sram-as-io                           4096 bytes (4.0 KiB)
  pages      6562 bytes (6.4 KiB); 4 normal, 264 zero
  commands   SWITCHOVER_START
  devices    4 sections, 505 bytes
             section                              instance version      bytes
             timer                                       0       2         24
             slirp                                       0       4        131
             cpu                                         0       1        146
             globalstate                                 0       1        104
  vmdesc     1534 bytes (1.5 KiB), describes 4 devices

# Nothing describes the devices of a postcopy stream.
$ qevm info 7.2-postcopy.mig
7.2-postcopy.mig: migration stream, 13304 bytes (13.0 KiB)
  machine    pc-i440fx-7.2
  written by QEMU 7.2 or newer
             the machine type is pc-i440fx-7.2
  page size  not known
  footers    yes
  RAM        6 blocks, 17309696 bytes (16.5 MiB)
             pc.ram                               16777216 bytes (16.0 MiB)
             /rom@etc/acpi/tables                 131072 bytes (128.0 KiB)
             pc.bios                              262144 bytes (256.0 KiB)
             pc.rom                               131072 bytes (128.0 KiB)
             /rom@etc/table-loader                4096 bytes (4.0 KiB)
             /rom@etc/acpi/rsdp                   4096 bytes (4.0 KiB)
  pages      108 bytes; 0 normal, 0 zero
  commands   OPEN_RETURN_PATH, PING (4), POSTCOPY_ADVISE, POSTCOPY_RAM_DISCARD, PACKAGED, POSTCOPY_LISTEN, POSTCOPY_RUN
  devices    30 sections, 12888 bytes (12.6 KiB); the largest (--sections: all):
             section                              instance version      bytes
             vmmouse                                     0       0       4105
             0000:00:01.3/piix4_pm                       0       3       2432 not described
             cpu                                         0      12       1882 not described
             fdc                                         0       2        593
             0000:00:01.1/ide                            0       3        430
             0000:00:01.0/PIIX3                          0       3        292
             ps2mouse                                    0       2        291
             ps2kbd                                      0       3        284
  vmdesc     none: descriptions are borrowed
  note       30 device section(s) in a postcopy package
  note       6 section(s) whose end was found by their footer
  note       6 section(s) that nothing describes
  note       the descriptions that come with qevm do not fit 4 device sections: cpu, fw_cfg, pckbd, 0000:00:01.3/piix4_pm
  note       the layouts of 24 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers

# Many files: an object a line, and the highest exit status.
$ echo nothing >nothing
$ qevm info --json 11.1-avr-mega2560.mig nothing missing 11.1-avr-mega2560.mig | sed 's/"sections": .*/.../'
{"file": "11.1-avr-mega2560.mig", "size": 8724, "container": [], "machine": "arduino-mega-2560-v3", "writer": {"from": "8.2", "to": null, "evidence": [{"from": "2.4", "because": "there is a configuration"}, {"from": "6.0", "because": "the vmdesc is spaced as since QEMU 6.0"}, {"from": "8.2", "because": "the vmdesc describes the configuration"}]}, "page_size": 1024, "page_size_exact": true, "footers": true, "walked": false, "ram": {"total": 274432, "mapped": false, "blocks": [{"idstr": "flash", "used_length": 262144}, {"idstr": "sram", "used_length": 8192}, {"idstr": "sram-as-io", "used_length": 4096}]}, "iterative": [{"type": "start", "offset": 33, "size": 84, "path": "ram", "idstr": "ram", "instance_id": 0, "section_id": 2, "version_id": 4, "payload_offset": 50, "payload_size": 62}], "commands": [], ...
{"file": "11.1-avr-mega2560.mig", "size": 8724, "container": [], "machine": "arduino-mega-2560-v3", "writer": {"from": "8.2", "to": null, "evidence": [{"from": "2.4", "because": "there is a configuration"}, {"from": "6.0", "because": "the vmdesc is spaced as since QEMU 6.0"}, {"from": "8.2", "because": "the vmdesc describes the configuration"}]}, "page_size": 1024, "page_size_exact": true, "footers": true, "walked": false, "ram": {"total": 274432, "mapped": false, "blocks": [{"idstr": "flash", "used_length": 262144}, {"idstr": "sram", "used_length": 8192}, {"idstr": "sram-as-io", "used_length": 4096}]}, "iterative": [{"type": "start", "offset": 33, "size": 84, "path": "ram", "idstr": "ram", "instance_id": 0, "section_id": 2, "version_id": 4, "payload_offset": 50, "payload_size": 62}], "commands": [], ...
2> qevm: nothing: at 0x0: not a QEMU stream: starts with 6e 6f 74 68, "QEVM" (51 45 56 4d) wanted
2> qevm: missing: cannot be opened: No such file or directory
$ qevm info nothing missing
2> qevm: nothing: at 0x0: not a QEMU stream: starts with 6e 6f 74 68, "QEVM" (51 45 56 4d) wanted
2> qevm: missing: cannot be opened: No such file or directory
[3]

# In a mapped-ram file the pages are not in the stream.
$ qevm info $STREAMS/10.0-mapped-ram.mig | grep pages
  pages      each in its place behind the list of blocks; "qevm ram list" counts them
$ qevm info --walk $STREAMS/10.0-mapped-ram.mig | grep pages
  pages      each in its place behind the list of blocks; "qevm ram list" counts them
