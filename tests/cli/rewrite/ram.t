# RAM blocks of other sizes, several of one, one of several.
$ cp $STREAMS/7.2-pc-i440fx-6.2-whole.mig pc.mig
$ cat >numa.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "resize-ram-block", "at": "pc.bios", "length": "0x80000", "align": "top"},
>   {"op": "split-ram-block", "at": "pc.ram", "to": [
>     {"name": "ram-node0", "length": "0x400000"},
>     {"name": "ram-node1", "length": "0xc00000"}]}
> ]}
> END
$ qevm rewrite -r numa.json pc.mig -o numa.mig --journal journal
$ cat journal
{"rule": 1, "op": "resize-ram-block", "path": "ram//.blocks/pc.bios", "offset": 125, "before": "0x40000 bytes", "after": "0x80000 bytes", "class": "lossless", "what": null}
{"rule": 2, "op": "split-ram-block", "path": "ram//.blocks/pc.ram", "offset": 51, "before": "0x1000000 bytes", "after": "ram-node0 0x400000 bytes, ram-node1 0xc00000 bytes", "class": "lossless", "what": null}
$ qevm info --walk numa.mig | sed -n '/RAM/,/pages/p'
  RAM        9 blocks, 34414592 bytes (32.8 MiB)
             ram-node0                            4194304 bytes (4.0 MiB)
             ram-node1                            12582912 bytes (12.0 MiB)
             0000:00:02.0/vga.vram                16777216 bytes (16.0 MiB)
             /rom@etc/acpi/tables                 131072 bytes (128.0 KiB)
             pc.bios                              524288 bytes (512.0 KiB)
             pc.rom                               131072 bytes (128.0 KiB)
             0000:00:02.0/vga.rom                 65536 bytes (64.0 KiB)
             /rom@etc/table-loader                4096 bytes (4.0 KiB)
             /rom@etc/acpi/rsdp                   4096 bytes (4.0 KiB)
  pages      681862 bytes (665.9 KiB); 148 normal, 8254 zero
$ qevm check numa.mig
numa.mig: 0 errors, 0 warnings, 0 notes

# And back: the same bytes.
$ cat >back.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "resize-ram-block", "at": "pc.bios", "length": "0x40000", "align": "top", "class": "default"},
>   {"op": "merge-ram-blocks", "from": ["ram-node0", "ram-node1"], "to": "pc.ram"}
> ]}
> END
$ qevm rewrite -r back.json numa.mig -o again.mig --dry-run
rule 1: resize-ram-block ram//.blocks/pc.bios: 0x80000 bytes -> 0x40000 bytes (default)
rule 2: merge-ram-blocks ram//.blocks/ram-node0: ram-node0, ram-node1 -> pc.ram 0x1000000 bytes (lossless)
2 changes, nothing written
$ qevm rewrite -r back.json numa.mig -o again.mig
$ cmp pc.mig again.mig

# In a pipe nobody knows yet what a shorter block loses.
$ cat numa.mig | qevm rewrite -r back.json - -o again.mig
2> qevm: -: back.json: rule 1 (resize-ram-block): ram//.blocks/pc.bios: "class" is default, but this is lossy: pages are cut off; in a pipe nobody knows yet whether they are zero (--spool tells)
[3]
$ cat numa.mig | qevm rewrite --spool -r back.json - -o again.mig
$ cmp pc.mig again.mig
$ cat pc.mig | qevm rewrite -r numa.json - -o - | cmp numa.mig -

# The wrong end.
$ sed s/top/bottom/ back.json | qevm rewrite -r - numa.mig -o x
2> qevm: numa.mig: -: rule 1 (resize-ram-block): ram//.blocks/pc.bios: "class" is default, but this is lossy: pages that are not zero are cut off, as the one at 0x52000
[3]
$ sed 's/top/bottom/; s/, "class": "default"//' back.json | qevm rewrite -r - numa.mig -o x
2> qevm: numa.mig: 1 change costs more than is allowed:
2>   ram//.blocks/pc.bios: lossy: pages that are not zero are cut off, as the one at 0x52000 (rule 1, resize-ram-block)
[1]

# A ROM that the destination has. It is looked for where the rules are.
$ mkdir dir
$ head -c 65000 /dev/zero | tr '\0' x >dir/vga.bin
$ cat >dir/rom.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "load-ram-block", "at": "*/vga.rom", "file": "vga.bin", "align": "bottom"}
> ]}
> END
$ qevm rewrite -r dir/rom.json pc.mig -o rom.mig --journal journal
$ cat journal
{"rule": 1, "op": "load-ram-block", "path": "ram//.blocks/\"0000:00:02.0/vga.rom\"", "offset": 156, "before": "its pages", "after": "dir/vga.bin, 0xfde8 bytes", "class": "stated", "what": null}
$ tr -cd x <rom.mig | wc -c
66816
$ tr -cd x <pc.mig | wc -c
2001
$ cat pc.mig | qevm rewrite -r dir/rom.json - -o - | cmp rom.mig -
$ cd dir && qevm rewrite -r rom.json ../pc.mig -o vga.bin
2> qevm: "vga.bin" is an input file; write to another one
[2]
$ sed 's/, "align": "bottom"//' dir/rom.json >dir/exact.json
$ qevm rewrite -r dir/exact.json pc.mig -o x
2> qevm: pc.mig: dir/exact.json: rule 1 (load-ram-block): ram//.blocks/"0000:00:02.0/vga.rom": `dir/vga.bin` has 0xfde8 bytes, the block 0x10000; "align" says where in it they are
[3]
$ rm dir/vga.bin
$ qevm rewrite -r dir/rom.json pc.mig -o x
2> qevm: pc.mig: dir/rom.json: rule 1 (load-ram-block): ram//.blocks/"0000:00:02.0/vga.rom": dir/vga.bin: cannot be opened: No such file or directory
[3]

# Pages of another size, and what says so. Four of 1 KiB are one of 4 KiB again,
# but the configuration says it now.
$ echo '{"qevm-rules": 1, "rules": [{"op": "regroup-ram-pages", "size": 1024}]}' >small.json
$ echo '{"qevm-rules": 1, "rules": [{"op": "regroup-ram-pages", "size": 4096}]}' >large.json
$ qevm rewrite -r small.json pc.mig -o small.mig --journal journal
$ cat journal
{"rule": 1, "op": "regroup-ram-pages", "path": "ram", "offset": 51, "before": "pages of 4096 bytes", "after": "pages of 1024 bytes", "class": "lossless", "what": null}
{"rule": 1, "op": "regroup-ram-pages", "path": "configuration//{configuration/target-page-bits}/target_page_bits", "offset": 0, "before": null, "after": "10", "class": "lossless", "what": null}
$ qevm info --walk small.mig | grep -E 'page'
  page size  1024
  pages      905947 bytes (884.7 KiB); 592 normal, 32760 zero
$ cat pc.mig | qevm rewrite -r small.json - -o - | cmp small.mig -
$ qevm rewrite -r large.json small.mig -o large.mig
$ cat small.mig | qevm rewrite -r large.json - -o - | cmp large.mig -
$ qevm info --walk pc.mig | grep -E 'pages'
  pages      681265 bytes (665.3 KiB); 148 normal, 8190 zero
$ qevm info --walk large.mig | grep -E 'pages'
  pages      681265 bytes (665.3 KiB); 148 normal, 8190 zero
$ qevm diff pc.mig large.mig
+ configuration//{configuration/target-page-bits} (40 bytes)
[1]
$ TMPDIR=/nowhere qevm rewrite -r large.json small.mig -o x
2> qevm: small.mig: ram: cannot make a file in "/nowhere": No such file or directory
[4]
$ echo '{"qevm-rules": 1, "rules": [{"op": "set", "at": "configuration//{configuration/target-page-bits}/target_page_bits", "value": 13}]}' >bits.json
$ qevm rewrite -r bits.json large.mig -o x
2> qevm: large.mig: configuration/target-page-bits is to be 13, but the pages of RAM have 4096 bytes; regroup-ram-pages changes both
[3]

# Mapped-ram files are laid out anew.
$ cp $STREAMS/10.0-mapped-ram.mig mapped.mig
$ qevm rewrite -r small.json mapped.mig -o x
2> qevm: mapped.mig: small.json: rule 1 (regroup-ram-pages): pages of mapped-ram files cannot be regrouped: what stands where no page is stored is not zero, and would become part of one
[3]
$ sed s/0x80000/0x60000/ numa.json | qevm rewrite -r - mapped.mig -o x
2> qevm: mapped.mig: mapped-ram: block `pc.bios': pages can be moved by multiples of 0x40000 bytes only: their bitmap has words of 64 bits, in an order of bytes that nothing tells
[3]
$ sed '/pc.bios/d' numa.json >split.json
$ qevm rewrite -r split.json mapped.mig -o numa.mig
$ qevm info --walk numa.mig | sed -n '/RAM/,/pages/p'
  RAM        7 blocks, 17309696 bytes (16.5 MiB), mapped-ram
             ram-node0                            4194304 bytes (4.0 MiB)
             ram-node1                            12582912 bytes (12.0 MiB)
             /rom@etc/acpi/tables                 131072 bytes (128.0 KiB)
             pc.bios                              262144 bytes (256.0 KiB)
             pc.rom                               131072 bytes (128.0 KiB)
             /rom@etc/table-loader                4096 bytes (4.0 KiB)
             /rom@etc/acpi/rsdp                   4096 bytes (4.0 KiB)
  pages      each in its place behind the list of blocks; "qevm ram list" counts them
$ cat mapped.mig | qevm rewrite -r split.json - -o x
2> qevm: -: a mapped-ram file cannot be rewritten from a pipe: its pages have gone by; --spool keeps them in a temporary file
[3]
$ ls x
2> ls: cannot access 'x': No such file or directory
[2]
