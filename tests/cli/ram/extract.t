# A block as a file, and the same through pipes.
$ qevm ram extract pc.ram $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o ram
$ sha256sum ram; stat -c %s-%a ram
0ec526f4d684b195f7a4972bb276857c0926f224fa60795c3cf7d0d3014f43d1  ram
16777216-600
$ qevm ram extract pc.ram $STREAMS/7.2-pc-i440fx-6.2-whole.mig -o - | cmp - ram
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram extract pc.ram - -o - | cmp - ram
$ cat $STREAMS/7.2-pc-i440fx-6.2-whole.mig | qevm ram extract pc.ram - -o ram2; cmp ram ram2
$ test "$(stat -c %b ram)" -lt 8000

# The last version of each page counts; what is zero takes no room.
$ perl $HERE/stream a=2000 b=1000 -- a:1000=xy b:0=b a:1000=zz a:0=a a:0 >a.mig
$ qevm ram extract a a.mig -o a --no-sync; od -A x -c a
000000  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0  \0
*
001000   z   z   z   z   z   z   z   z   z   z   z   z   z   z   z   z
*
002000
$ qevm ram extract /a a.mig -o a
2> qevm: a.mig: no RAM block `/a'; there are: a, b
[3]

# All blocks. Names are data, never paths.
$ perl $HERE/stream ../../x=1000 /etc/passwd=1000 .hidden=1000 a%2F=1000 "$(printf 'n\303\244\nb')"=1000 -- \
>     ../../x:0=1 /etc/passwd:0=2 .hidden:0=3 a%2F:0=4 "$(printf 'n\303\244\nb'):0=5" >names.mig
$ mkdir -p deep/er; qevm ram extract --all -d deep/er/dir names.mig
../../x: deep/er/dir/%2E.%2F..%2Fx
/etc/passwd: deep/er/dir/%2Fetc%2Fpasswd
.hidden: deep/er/dir/%2Ehidden
a%2F: deep/er/dir/a%252F
"nä\x0ab": deep/er/dir/n%C3%A4%0Ab
$ find deep x | LC_ALL=C sort
deep
deep/er
deep/er/dir
deep/er/dir/%2E.%2F..%2Fx
deep/er/dir/%2Ehidden
deep/er/dir/%2Fetc%2Fpasswd
deep/er/dir/a%252F
deep/er/dir/n%C3%A4%0Ab
2> find: 'x': No such file or directory
$ cut -c 1 'deep/er/dir/%2E.%2F..%2Fx'
1

# Two names that are too long for a file.
$ long=$(printf '%0150d' 0 | tr 0 /)
> perl $HERE/stream "$long"1=1000 "$long"2=1000 -- "${long}1:0=1" "${long}2:0=2" >long.mig
$ qevm ram extract --all -d long long.mig | sed 's/.*: //'
long/%block-0
long/%block-1
$ head -qc 1 long/*
12
[no newline]

# What is not there is said.
$ perl $HERE/stream a=3000 -- a:1000=x >part.mig
$ qevm ram extract a part.mig -o part; stat -c %s part
12288
2> qevm: part.mig: 2 of the 3 pages of a are not in the stream, and zero here
$ perl $HERE/stream -c x-ignore-shared a=2000 b=1000 -- b:0=b >shared.mig
$ qevm ram extract a shared.mig -o shared
2> qevm: shared.mig: the pages of a are not in the stream: it is shared memory (x-ignore-shared)
[3]
$ qevm ram extract --all -d shared shared.mig
b: shared/b
2> qevm: shared.mig: the pages of a are not in the stream: it is shared memory (x-ignore-shared)
$ perl $HERE/stream a=2000 -- flush a:0 >multifd.mig
$ qevm ram extract a multifd.mig -o multifd
2> qevm: multifd.mig: RAM is not in this stream: pages were sent over other channels (multifd)
[3]
$ ls shared multifd
shared:
b
2> ls: cannot access 'multifd': No such file or directory
[2]

# A stream that breaks among the pages gives nothing, one that breaks behind them all of it.
$ perl $HERE/stream a=2000 -- a:0=x cut >cut.mig
$ qevm ram extract a cut.mig -o cut
2> qevm: cut.mig: ram: at 0x1078: record needs 8 bytes, 0 left
[3]
$ cat cut.mig | qevm ram extract a - -o cut
2> qevm: -: ram: at 0x1078: record needs 8 bytes, 0 left
[3]
$ ls cut
2> ls: cannot access 'cut': No such file or directory
[2]
$ { head -c -1 a.mig; printf '\4'; } >broken.mig
$ qevm ram extract b broken.mig -o broken
2> qevm: broken.mig: at 0x40cb: section_id needs 4 bytes, 0 left
[3]
$ wc -c <broken
4096

# A file is read, never written.
$ qevm ram extract a a.mig -o a.mig
2> qevm: "a.mig" is an input file; write to another one
[2]
$ cp a.mig in; mkdir d; mv in d/a
$ qevm ram extract --all -d d d/a
2> qevm: "d/a" is an input file; write to another one
[2]

# In a container.
$ gzip -k a.mig; qevm ram extract a a.mig.gz -o a.gz.out; cmp a a.gz.out
$ qevm ram extract a a.mig.gz -o a.mig.gz
2> qevm: "a.mig.gz" is an input file; write to another one
[2]
$ { printf 'eight by'; cat a.mig; } >b.mig; qevm ram extract a b.mig --offset 8 -o b.out; cmp a b.out

# Usage and errors.
$ qevm ram extract a a.mig
2> qevm: ram extract: needs a block, a file and -o OUT
2> Usage: qevm ram extract [OPTIONS] BLOCK FILE | --all -d DIR FILE
2> See "qevm help ram extract".
[2]
$ qevm ram extract a.mig -o out
2> qevm: ram extract: needs a block, a file and -o OUT
2> Usage: qevm ram extract [OPTIONS] BLOCK FILE | --all -d DIR FILE
2> See "qevm help ram extract".
[2]
$ qevm ram extract --all a.mig
2> qevm: ram extract: --all needs -d DIR and a file
2> Usage: qevm ram extract [OPTIONS] BLOCK FILE | --all -d DIR FILE
2> See "qevm help ram extract".
[2]
$ qevm ram extract --all -d dir a a.mig
2> qevm: ram extract: --all needs -d DIR and a file
2> Usage: qevm ram extract [OPTIONS] BLOCK FILE | --all -d DIR FILE
2> See "qevm help ram extract".
[2]
$ qevm ram extract --all -d no/such/dir a.mig
2> qevm: cannot make the folder "no/such/dir": No such file or directory
[4]
$ qevm ram extract a a.mig -o /dev/full
2> qevm: output: cannot be written: No space left on device
[4]
$ cat $STREAMS/10.0-mapped-ram.mig | qevm ram extract pc.ram - -o out
2> qevm: -: the pages of a mapped-ram file cannot be read from a pipe; put it into a file
[3]
$ qevm ram extract a $STREAMS/11.1-xen.mig -o out
2> qevm: $STREAMS/11.1-xen.mig: there is no RAM in this stream
[3]
