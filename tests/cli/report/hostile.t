# Names that are markup, no UTF-8, or turn the text around, are text.
$ perl $HERE/stream 2 1 '</script><img src=x onerror=alert(1)>"&\xe2\x80\xae\xff\x01x' >a.mig
$ cp a.mig '<b>&.mig'
$ qevm report '<b>&.mig' -o page.html
$ python3 $HERE/page page.html nodes
0x0 header 8 bytes
0x8 configuration 49 bytes machine-name
0x9 len 45 uint32
0xd name hex:3c2f7363726970743e3c696d67207372633d78206f6e6572726f723d616c6572... (45 bytes) buffer
0x3a "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x"@0 version 1, instance 0, 49 bytes
0x75 "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x1" 1 uint32
0x79 "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x" hex:3c2f7363726970743e3c696d67207372633d78206f6e6572726f723d616c6572... (45 bytes) buffer
0xab "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x"@1 version 1, instance 1, 49 bytes
0xe6 "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x1" 1 uint32
0xea "</script><img src=x onerror=alert(1)>\"&\xe2\x80\xae\xff\x01x" hex:3c2f7363726970743e3c696d67207372633d78206f6e6572726f723d616c6572... (45 bytes) buffer
0x11c EOF 1 byte
0x11d VMDESCRIPTION 771 bytes
$ python3 $HERE/page page.html findings
Findings
warning machine-name
configuration at 0x9
"</script><img src=x onerror=alert(1)>\"&\342\200\256\377\001x" is no name of a machine type
What that means
The name of the machine type in the configuration is empty, very long, or has characters that no machine type has. QEMU compares as many characters as were sent, so that with an empty name it compares nothing.
$ grep -c '<img' page.html
0
[1]
$ grep -o '<title>.*</title>' page.html
<title>&lt;b&gt;&amp;.mig: qevm report</title>
<title>header, configuration, starts of sections</title>
<title>device state</title>
<title>commands, end, and what follows</title>
<title>description of the devices</title>
<title>&quot;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\&quot;&amp;\xe2\x80\xae\xff\x01x&quot;@0</title>
<title>&quot;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\&quot;&amp;\xe2\x80\xae\xff\x01x&quot;@1</title>
$ perl $HERE/../ram/stream '</table><script>=1000' -- >b.mig
$ qevm report b.mig -o page.html
$ python3 $HERE/page page.html ram
RAM
Pages of 4,096 bytes, by how they are in the stream. What is in them is not in this report.
Block Bytes Pages zero full XBZRLE compressed not sent sent again
</table><script> 4,096 0 0 0 0 1 0

# Beside a destination, too.
$ perl $HERE/stream 1 2 '</script><i>' >ref.mig
$ perl $HERE/stream 1 1 '</script><i>' >a.mig
$ qevm report a.mig --against ref.mig -o page.html
$ python3 $HERE/page page.html layouts
Beside the destination
What the stream has, and what ref.mig reads. What counts are bytes, not names.
</script><i> 1 difference
In the stream At the destination
1 field is the same
only at the destination +0x4 "</script><i>2" 4 bytes
1 field is the same

# However much there is, the page stays small, and says so.
$ for n in '100 400' '3 10000'; do
>     perl $HERE/stream $n 'a<b' >big.mig
>     qevm report big.mig -o page.html
>     python3 $HERE/page page.html tree | grep 'left out' | sort | uniq -c
> done
     39 The rest is left out, for the page to stay small. qevm show has all.
      3 The rest is left out, for the page to stay small. qevm show has all.
$ perl $HERE/stream 5000 0 "$(perl -e 'print "<\x01" x 120')" >big.mig
$ qevm report big.mig -o page.html
$ python3 $HERE/page page.html nodes | tail -n 1
2902 more records are left out, for the page to stay small. qevm show has all.
$ python3 $HERE/page page.html order | tail -n 1
4705 more are left out, for the page to stay small. qevm info --sections has all.
