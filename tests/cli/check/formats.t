$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig
$ head -c 100000 pc.mig >'cut & "odd".mig'
$ { cat pc.mig; echo; } >long.mig
$ echo nothing >nothing

# One JSON object a line, whatever becomes of the file; the exit code that is
# worst.
$ qevm check --json pc.mig nothing missing long.mig
{"file": "pc.mig", "errors": 0, "warnings": 0, "notes": 0, "findings": [], "not_looked_at": []}
{"file": "nothing", "error": "at 0x0: not a QEMU stream: starts with 6e 6f 74 68, \"QEVM\" (51 45 56 4d) wanted"}
{"file": "missing", "error": "missing: cannot be opened: No such file or directory"}
{"file": "long.mig", "errors": 0, "warnings": 0, "notes": 1, "findings": [{"finding": "trailing-bytes", "severity": "note", "path": "", "offset": 320736, "sentence": "1 byte after the end of the stream"}], "not_looked_at": []}
2> qevm: nothing: at 0x0: not a QEMU stream: starts with 6e 6f 74 68, "QEVM" (51 45 56 4d) wanted
2> qevm: missing: cannot be opened: No such file or directory
[3]
$ qevm check --format json pc.mig long.mig
{"file": "pc.mig", "errors": 0, "warnings": 0, "notes": 0, "findings": [], "not_looked_at": []}
{"file": "long.mig", "errors": 0, "warnings": 0, "notes": 1, "findings": [{"finding": "trailing-bytes", "severity": "note", "path": "", "offset": 320736, "sentence": "1 byte after the end of the stream"}], "not_looked_at": []}
$ qevm check --json pc.mig 'cut & "odd".mig' | cut -c 1-60
{"file": "pc.mig", "errors": 0, "warnings": 0, "notes": 0, "
{"file": "cut & \"odd\".mig", "errors": 1, "warnings": 0, "n
$ qevm check --json 'cut & "odd".mig' pc.mig >/dev/null
[1]

# A line is there before the next file is looked at.
$ mkfifo later
$ { until [ -s lines ]; do sleep 0.1; done; cat pc.mig >later; } & qevm check --json pc.mig later >lines; cut -c 1-40 lines
{"file": "pc.mig", "errors": 0, "warning
{"file": "later", "errors": 0, "warnings

# JUnit.
$ qevm check --format junit pc.mig 'cut & "odd".mig' nothing long.mig
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="pc.mig" tests="1" failures="0" errors="0" skipped="0">
<testcase classname="pc.mig" name="no errors"></testcase>
<system-out></system-out>
</testsuite>
<testsuite name="cut &amp; &quot;odd&quot;.mig" tests="1" failures="1" errors="0" skipped="0">
<testcase classname="cut &amp; &quot;odd&quot;.mig" name="0000:00:03.0/e1000 at 0x2dcb: early-eof"><failure type="early-eof" message="nothing describes this payload, and no footer of section 31 ends it"></failure></testcase>
<system-out>note: at 0x0: oddity: the descriptions that come with qevm do not fit 3 device sections: cpu, fw_cfg, pckbd
note: at 0x0: oddity: the layouts of 23 device sections are those of pc-i440fx-2.3 of QEMU 5.2, proved by the footers
</system-out>
</testsuite>
<testsuite name="nothing" tests="1" failures="0" errors="1" skipped="0">
<testcase classname="nothing" name="readable"><error message="at 0x0: not a QEMU stream: starts with 6e 6f 74 68, &quot;QEVM&quot; (51 45 56 4d) wanted"/></testcase>
</testsuite>
<testsuite name="long.mig" tests="1" failures="0" errors="0" skipped="0">
<testcase classname="long.mig" name="no errors"></testcase>
<system-out>note: at 0x4e4e0: trailing-bytes: 1 byte after the end of the stream
</system-out>
</testsuite>
</testsuites>
2> qevm: nothing: at 0x0: not a QEMU stream: starts with 6e 6f 74 68, "QEVM" (51 45 56 4d) wanted
[3]
$ qevm check --format junit --quiet long.mig
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="long.mig" tests="1" failures="0" errors="0" skipped="0">
<testcase classname="long.mig" name="no errors"></testcase>
<system-out></system-out>
</testsuite>
</testsuites>
$ qevm set pc.mig configuration//name '"pc 1"' -o odd.mig
$ qevm check --format junit odd.mig
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="odd.mig" tests="1" failures="0" errors="0" skipped="0">
<testcase classname="odd.mig" name="no errors"></testcase>
<system-out>warning: configuration at 0x9: machine-name: &quot;pc 1&quot; is no name of a machine type
</system-out>
</testsuite>
</testsuites>
$ qevm check --format junit --strict odd.mig
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="odd.mig" tests="1" failures="1" errors="0" skipped="0">
<testcase classname="odd.mig" name="configuration at 0x9: machine-name"><failure type="machine-name" message="&quot;pc 1&quot; is no name of a machine type"></failure></testcase>
<system-out></system-out>
</testsuite>
</testsuites>
[1]

# It is XML whatever the name is.
$ cp long.mig "$(printf 'a\001<b>\351')"
$ qevm check --format junit a* | python3 -c 'import sys, xml.dom.minidom as d; print(ascii(d.parse(sys.stdin.buffer).getElementsByTagName("testsuite")[0].getAttribute("name")))'
'a?<b>\ufffd'

$ qevm check --format xml pc.mig
2> qevm: check: no format "xml"; there are text, json and junit
2> Usage: qevm check [OPTIONS] FILE...
2> See "qevm help check".
[2]
