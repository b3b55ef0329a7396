# Descriptions as files: one device a line.
$ cp $STREAMS/11.1-avr-mega2560.mig avr.mig
$ qevm schema extract avr.mig -o avr.json --qemu 11.1
$ cut -c 1-90 avr.json
{"qevm-lend": 1,
 "qemu": "11.1",
 "machine": "arduino-mega-2560-v3",
 "vmdesc": {"page_size": 1024, "devices": [
  {"name": "timer", "instance_id": 0, "vmsd_name": "timer", "version": 2, "fields": [{"nam
  {"name": "slirp", "instance_id": 0, "size": 131, "fields": [{"name": "data", "size": 131
  {"name": "cpu", "instance_id": 0, "vmsd_name": "cpu", "version": 1, "fields": [{"name": 
  {"name": "globalstate", "instance_id": 0, "vmsd_name": "globalstate", "version": 1, "fie
 ]}}

# Of two streams with the same devices, and of a file itself, one is kept.
$ qevm schema extract avr.json avr.mig -o - | cmp - avr.json

# What QEMU says about itself, as far as it goes.
$ cat >dump.json <<EOF
> {"vmschkmachine": {"Name": "pc"},
>  "good": {"Name": "good", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "good", "version_id": 1, "minimum_version_id": 1, "Fields": [
>    {"field": "a", "version_id": 0, "field_exists": false, "size": 4}]}},
>  "bad": {"Name": "bad", "version_id": 1, "minimum_version_id": 1,
>   "Description": {"name": "bad", "version_id": 1, "minimum_version_id": 1, "Fields": [
>    {"field": "a", "version_id": 0, "field_exists": true, "size": 4}]}}}
> EOF
$ qevm schema extract dump.json -o -
{"qevm-lend": 1,
 "machine": "pc",
 "vmdesc": {"devices": [
  {"name": "good", "instance_id": 0, "vmsd_name": "good", "version": 1, "fields": [{"name": "a", "type": "uint32", "size": 4}]}
 ]}}
2> qevm: 1 device of the dump left out: it does not tell how many bytes they have

# Usage and errors.
$ qevm schema
2> qevm: schema: needs a subcommand
2> Usage: qevm schema SUBCOMMAND ...
2> See "qevm help schema".
[2]
$ qevm schema extract
2> qevm: schema extract: needs a file
2> Usage: qevm schema extract [OPTIONS] FILE...
2> See "qevm help schema extract".
[2]
$ qevm schema extract avr.mig
2> qevm: schema extract: needs -o OUT
2> Usage: qevm schema extract [OPTIONS] FILE...
2> See "qevm help schema extract".
[2]
$ qevm schema other avr.mig
2> qevm: schema: no subcommand "other"; see "qevm help schema"
[2]
$ qevm schema extract avr.mig -o avr.mig
2> qevm: "avr.mig" is an input file; write to another one
[2]
$ qevm schema extract $STREAMS/11.1-xen.mig -o xen.json
2> qevm: $STREAMS/11.1-xen.mig: the stream has no vmdesc to lend
[3]
$ ls xen.json
2> ls: cannot access 'xen.json': No such file or directory
[2]
