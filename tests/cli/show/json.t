$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ qevm show --json pc.mig timer PCIBUS//irq_count '0000:00:01.3/piix4_pm//{piix4_pm/memhp}'
{"type": "full", "offset": 291, "size": 48, "path": "timer", "idstr": "timer", "instance_id": 0, "section_id": 0, "version_id": 2, "payload_offset": 310, "payload_size": 24, "fields": [{"name": "cpu_ticks_offset", "type": "int64", "offset": 310, "value": 2739553078}, {"name": "unused", "type": "unused_buffer", "offset": 318, "value": "hex:0000000000000000"}, {"name": "cpu_clock_offset", "type": "int64", "offset": 326, "value": 1014649021}]}
{"path": "PCIBUS//irq_count", "name": "irq_count", "type": "int32", "offset": 2966, "values": [0, 0, 0, 0]}
{"path": "0000:00:01.3/piix4_pm//{piix4_pm/memhp}", "name": "piix4_pm/memhp", "version_id": 1, "offset": 213956, "fields": [{"name": "acpi_memory_hotplug", "type": "struct", "offset": 213976, "fields": [{"name": "selector", "type": "uint32", "offset": 213976, "value": 0}]}]}

# A record a line; the whole is one object.
$ qevm show --json pc.mig >pc.json
$ wc -l <pc.json
41
$ head -n 2 pc.json
{"file": "pc.mig", "machine": "pc-i440fx-6.2", "walked": false, "records": [
{"type": "header", "offset": 0, "size": 8},
$ tail -n 3 pc.json
{"type": "full", "offset": 214015, "size": 134, "path": "globalstate", "idstr": "globalstate", "instance_id": 0, "section_id": 44, "version_id": 1, "payload_offset": 214040, "payload_size": 104, "fields": [{"name": "size", "type": "uint32", "offset": 214040, "value": 7}, {"name": "runstate", "type": "buffer", "offset": 214044, "value": "paused"}]},
{"type": "eof", "offset": 214149, "size": 1},
{"type": "vmdesc", "offset": 214150, "size": 106586}]}
$ qevm show --json --depth 0 pc.mig | sed -n '/piix4_pm/p'
{"type": "full", "offset": 211517, "size": 2468, "path": "0000:00:01.3/piix4_pm", "idstr": "0000:00:01.3/piix4_pm", "instance_id": 0, "section_id": 34, "version_id": 3, "payload_offset": 211552, "payload_size": 2428},
$ head -c 100000 pc.mig | qevm show --json - | tail -n 2 | cut -c 1-76
{"type": "full", "offset": 11665, "size": 26, "path": "port92", "idstr": "po
{"type": "raw", "offset": 11691, "size": 88309}], "error": "0000:00:03.0/e10
2> qevm: -: 0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it
