/* test-walk.c - framing: every type of record, and what can be wrong with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/builder-stream.h"

/* 0x48 bytes: header, configuration, one block of a page. */
#define RAM                                                                    \
    START_RAM "0000000000001004 'pc.ram' 0000000000001000" EOS FOOTER(ID_RAM)
#define HEAD HEADER MACHINE RAM
#define PART_RAM PART(ID_RAM) EOS FOOTER(ID_RAM)
#define END_RAM END(ID_RAM) EOS FOOTER(ID_RAM)
#define LIVE HEAD PART_RAM END_RAM
#define NOT_READ "nothing describes this payload, and no footer of section "

/* ---- header and configuration: all records ---- */

#define CONF(subsection, payload)                                              \
    HEADER MACHINE "05 '" subsection "' 00000001 " payload " "
#define BITS CONF("configuration/target-page-bits", "0000000c")

static const BuildCase head_cases[] = {
    { "least", HEADER "00", "H+8 0+1", NULL, 0, NULL },
    { "configuration", HEADER MACHINE "00", "H+8 C#0+11 0+1", NULL, 0, NULL },
    { "configuration/no-name", HEADER "07 00000000 00", "H+8 C#0+5 0+1", NULL,
      0, NULL },
    { "configuration/bits", BITS "00", "H+8 C#0+51 0+1", NULL, 0, NULL },
    { "configuration/capabilities",
      CONF("configuration/capabilities", "00000002 'mapped-ram' 'x'") "00",
      "H+8 C#0+60 0+1", NULL, 0, NULL },
    { "configuration/no-capabilities",
      CONF("configuration/capabilities", "00000000") "00", "H+8 C#0+47 0+1",
      NULL, 0, NULL },
    { "configuration/uuid", CONF("configuration/uuid", "11*16") "00",
      "H+8 C#0+51 0+1", NULL, 0, NULL },
    { "trailing", HEADER "00 1234", "H+8 0+1 T+2", NULL, 0, NULL },
    { "trailing/like-vmdesc", HEADER "00 06 0000", "H+8 0+1 T+3", NULL, 0,
      NULL },
    { "vmdesc/empty", HEADER "00 06 00000000 aa", "H+8 0+1 V+5 T+1", NULL, 0,
      NULL },
    { "vmdesc/too-long", HEADER "00 06 00000009 aa", "H+8 0+1 V+6", NULL, 0,
      NULL },

    { "bad/empty", "", NULL, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x0: stream header needs 8 bytes, 0 left" },
    { "bad/short", "51 45 56", NULL, NULL, QEVM_ERROR_TRUNCATED,
      "at 0x0: stream header needs 8 bytes, 3 left" },
    { "bad/magic", "5145564e 00000003 00", NULL, NULL, QEVM_ERROR_MALFORMED,
      "at 0x0: not a QEMU stream: starts with 51 45 56 4e, \"QEVM\" (51 45 56 "
      "4d) wanted" },
    { "bad/version-2", "5145564d 00000002 00", NULL, NULL,
      QEVM_ERROR_UNSUPPORTED,
      "at 0x4: stream version 2, written by QEMU before 0.9.1; only version 3 "
      "can be read (QEMU 0.12 and newer refuse it too)" },
    { "bad/version-4", "5145564d 00000004 00", NULL, NULL, QEVM_ERROR_MALFORMED,
      "at 0x4: stream version 4, 3 wanted" },
    { "bad/no-eof", HEADER, "H+8", NULL, QEVM_ERROR_TRUNCATED,
      "at 0x8: the stream ends without EOF (00)" },
    { "bad/configuration/name-length", HEADER "07 000000", "H+8 R+4", NULL,
      QEVM_ERROR_TRUNCATED,
      "configuration: at 0x9: machine name length needs 4 bytes, 3 left" },
    { "bad/configuration/name", HEADER "07 00000007 \"pc-1.0\"", "H+8 R+11",
      NULL, QEVM_ERROR_TRUNCATED,
      "configuration: at 0xd: machine name needs 7 bytes, 6 left" },
    { "bad/configuration/name-too-long", HEADER "07 00000401 61*1025 00",
      "H+8 R+1031", NULL, QEVM_ERROR_MALFORMED,
      "configuration: at 0x9: machine name of 1025 bytes" },
    { "bad/configuration/subsection-name", HEADER MACHINE "05 00", "H+8 R+13",
      NULL, QEVM_ERROR_MALFORMED,
      "configuration: at 0x14: subsection name is empty" },
    { "bad/configuration/subsection-zero-byte", HEADER MACHINE "05 03 61 00 62",
      "H+8 R+16", NULL, QEVM_ERROR_MALFORMED,
      "configuration: at 0x14: subsection name has a zero byte in it" },
    { "bad/configuration/subsection-version", HEADER MACHINE "05 'x' 0000",
      "H+8 R+16", NULL, QEVM_ERROR_TRUNCATED,
      "configuration: at 0x16: subsection version needs 4 bytes, 2 left" },
    { "bad/configuration/subsection", CONF("x", "00"), "H+8 R+19", NULL,
      QEVM_ERROR_MALFORMED, "configuration: at 0x13: unknown subsection `x'" },
    { "bad/configuration/bits-small",
      CONF("configuration/target-page-bits", "00000007"), "H+8 R+51", NULL,
      QEVM_ERROR_MALFORMED, "configuration: at 0x37: 7 target page bits" },
    { "bad/configuration/bits-large",
      CONF("configuration/target-page-bits", "00000015"), "H+8 R+51", NULL,
      QEVM_ERROR_MALFORMED, "configuration: at 0x37: 21 target page bits" },
    { "bad/configuration/bits-short",
      CONF("configuration/target-page-bits", "000000"), "H+8 R+50", NULL,
      QEVM_ERROR_TRUNCATED,
      "configuration: at 0x37: target page bits needs 4 bytes, 3 left" },
    { "bad/configuration/capabilities-many",
      CONF("configuration/capabilities", "00000101 '1'"), "H+8 R+49", NULL,
      QEVM_ERROR_MALFORMED,
      "configuration: at 0x33: 257 capabilities, more than 256" },
    { "bad/configuration/capabilities-count",
      CONF("configuration/capabilities", "00"), "H+8 R+44", NULL,
      QEVM_ERROR_TRUNCATED,
      "configuration: at 0x33: capability count needs 4 bytes, 1 left" },
    { "bad/configuration/capability-short",
      CONF("configuration/capabilities", "00000002 'one' 04 41"), "H+8 R+53",
      NULL, QEVM_ERROR_TRUNCATED,
      "configuration: at 0x3b: capability needs 5 bytes, 2 left" },
    { "bad/configuration/uuid-short", CONF("configuration/uuid", "11*15"),
      "H+8 R+50", NULL, QEVM_ERROR_TRUNCATED,
      "configuration: at 0x2b: uuid needs 16 bytes, 15 left" },
    { "bad/configuration/twice", HEADER MACHINE MACHINE "00", "H+8 C#0+11 R+12",
      NULL, QEVM_ERROR_MALFORMED,
      "at 0x13: a configuration (section type 7) that does not follow the "
      "header" },
    { "bad/configuration/late", HEADER "08 000b 0000" MACHINE,
      "H+8 X#11+5 R+11", NULL, QEVM_ERROR_MALFORMED,
      "at 0xd: a configuration (section type 7) that does not follow the "
      "header" },
};

static void
test_head(gconstpointer data)
{
    const BuildCase *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->bytes);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = qevm_stream_open(
        build_source(bytes, BUILD_AS_BYTES), QEVM_OPEN_WALK, NULL, &error);

    build_check_stream(t, s, error, QEVM_RECORD_HEADER);
}

/* ---- the rest: records from the first START on ---- */

static const BuildCase record_cases[] = {
    { "start", HEAD "00", "S#2:ram+53f 0+1", NULL, 0, NULL },
    { "part-end", LIVE "00", "S#2:ram+53f P#2x1+18f E#2:ram+18f 0+1", NULL, 0,
      NULL },
    { "parts-join", HEAD PART_RAM PART_RAM PART_RAM END_RAM "00",
      "S#2:ram+53f P#2x3+54f E#2:ram+18f 0+1", NULL, 0, NULL },
    { "no-footers",
      HEADER MACHINE START_RAM "0000000000000004" EOS PART(ID_RAM)
          EOS END(ID_RAM) EOS "00",
      "S#2:ram+33 P#2x1+13 E#2:ram+13 0+1", NULL, 0, NULL },
    { "command/all",
      LIVE "08 0001 0000 08 0002 0004 01020304 08 0003 0000 08 0003 0010 00*16 "
           "08 0004 0000 08 0005 0000 08 0006 0014 00*20 08 0008 0000 "
           "08 0009 0000 08 000a 0003 'bl' 08 000b 0000 00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f X#1+5 X#2+9 X#3+5 X#3+21 X#4+5 X#5+5 "
      "X#6+25 X#8+5 X#9+5 X#10+8 X#11+5 0+1",
      NULL, 0, NULL },
    { "command/longest", HEAD "08 0006 ffff 00*65535 00",
      "S#2:ram+53f X#6+65540 0+1", NULL, 0, NULL },
    { "full/by-footer",
      LIVE FULL("00000007", "x", "00000001") "1234" FOOTER("00000007") "00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f F#7:x+22fro 0+1", NULL, 0, NULL },
    { "full/two",
      LIVE FULL("00000007", "x", "00000001") "1234" FOOTER("00000007")
          FULL("00000008", "y", "00000001") FOOTER("00000008") "00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f F#7:x+22fro F#8:y+20fro 0+1", NULL, 0,
      NULL },
    { "full/padded", /* EOF is known before zeros to the end, as in a volume */
      LIVE FULL("00000007", "x",
                "00000001") "1234" FOOTER("00000007") "00 00*9000",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f F#7:x+22fro 0+1 T+9000", NULL, 0,
      NULL },
    { "full/not-padded", /* ... and not where other bytes follow */
      LIVE FULL("00000007", "x", "00000001")
          FOOTER("00000007") "00 00*9000 12" FOOTER("00000007") "00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f F#7:x+9027fro 0+1", NULL, 0, NULL },
    { "full/alone", /* as Xen's tool stack gets them */
      HEADER FULL("00000007", "x", "00000001") "1234" FOOTER("00000007") "00",
      "F#7:x+22fro 0+1", NULL, 0, NULL },
    { "full/early",
      HEADER MACHINE FULL("00000007", "x", "00000001") "12" FOOTER("00000007")
          RAM PART_RAM END_RAM "00",
      "F#7:x+21froe S#2:ram+53f P#2x1+18f E#2:ram+18f 0+1", NULL, 0, NULL },
    { "full/no-footers",
      HEADER MACHINE START_RAM "0000000000000004" EOS END(ID_RAM)
          EOS FULL("00000007", "x", "00000001") "1234 00",
      "S#2:ram+33 E#2:ram+13 R+18",
      "x: at 0x50: nothing tells how long this payload is: no vmdesc "
      "describes it, and the stream has no footers",
      0, NULL },
    { "package",
      LIVE
      "08 0007 0004 0000001e 08 0004 0000" FULL("00000007", "x", "00000001")
          FOOTER("00000007") "08 0005 0000" PART_RAM END_RAM "00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f X#7+9 X#4+5p F#7:x+20frop X#5+5p "
      "P#2x1+18f E#2:ram+18f 0+1",
      NULL, 0, NULL },
    { "package/no-eof", /* which a package cannot have in it */
      HEAD "08 0007 0004 0000001b" FULL("00000007", "x", "00000001")
          FOOTER("00000007") "0000" FOOTER("00000007") "00 00*8",
      "S#2:ram+53f X#7+9 F#7:x+27frop 0+1 T+8", NULL, 0, NULL },
    { "package/empty", HEAD "08 0007 0004 00000000 00", "S#2:ram+53f X#7+9 0+1",
      NULL, 0, NULL },
    { "package/two",
      HEAD "08 0007 0004 00000005 08 0004 0000 08 0007 0004 00000005 "
           "08 0005 0000 00",
      "S#2:ram+53f X#7+9 X#4+5p X#7+9 X#5+5p 0+1", NULL, 0, NULL },
    { "package/footer-last",
      HEAD "08 0007 0004 00000014" FULL("00000007", "x", "00000001")
          FOOTER("00000007") PART_RAM "00",
      "S#2:ram+53f X#7+9 F#7:x+20frop P#2x1+18f 0+1", NULL, 0, NULL },

    { "bad/type", LIVE "09 00", "S#2:ram+53f P#2x1+18f E#2:ram+18f R+2", NULL,
      QEVM_ERROR_MALFORMED, "at 0x6c: unknown section type 9 (0x09)" },
    { "bad/type/footer", LIVE FOOTER(ID_RAM) "00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f R+6", NULL, QEVM_ERROR_MALFORMED,
      "at 0x6c: unknown section type 126 (0x7e)" },
    { "bad/type/subsection", LIVE "05 00",
      "S#2:ram+53f P#2x1+18f E#2:ram+18f R+2", NULL, QEVM_ERROR_MALFORMED,
      "at 0x6c: unknown section type 5 (0x05)" },
    { "bad/type/vmdesc", LIVE "06 00", "S#2:ram+53f P#2x1+18f E#2:ram+18f R+2",
      NULL, QEVM_ERROR_MALFORMED, "at 0x6c: unknown section type 6 (0x06)" },
    { "bad/eof", LIVE, "S#2:ram+53f P#2x1+18f E#2:ram+18f", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x6c: the stream ends without EOF (00)" },
    { "bad/footer/other", HEAD PART(ID_RAM) EOS FOOTER("00000003") "00",
      "S#2:ram+53f R+19", NULL, QEVM_ERROR_MALFORMED,
      "ram: at 0x55: the footer of section 2 (`ram') wanted, found 7e 00 00 00 "
      "03" },
    { "bad/footer/none", HEAD PART(ID_RAM) EOS PART_RAM, "S#2:ram+53f R+31",
      NULL, QEVM_ERROR_MALFORMED,
      "ram: at 0x55: the footer of section 2 (`ram') wanted, found 02 00 00 00 "
      "02" },
    { "bad/footer/short", HEAD END(ID_RAM) EOS "7e 0000", "S#2:ram+53f R+16",
      NULL, QEVM_ERROR_TRUNCATED,
      "ram: at 0x55: section footer needs 5 bytes, 3 left" },
    { "bad/footer/unwanted",
      HEADER MACHINE START_RAM "0000000000000004" EOS PART(ID_RAM)
          EOS FOOTER(ID_RAM) "00",
      "S#2:ram+33 P#2x1+13 R+6", NULL, QEVM_ERROR_MALFORMED,
      "at 0x41: unknown section type 126 (0x7e)" },
    { "bad/part/unknown", HEAD PART("00000003") EOS "00", "S#2:ram+53f R+14",
      NULL, QEVM_ERROR_MALFORMED,
      "at 0x48: section_id 3 was not introduced by a START" },
    { "bad/part/zero", HEAD PART("00000000") EOS "00", "S#2:ram+53f R+14", NULL,
      QEVM_ERROR_MALFORMED,
      "at 0x48: section_id 0 was not introduced by a START" },
    { "bad/part/no-start", HEADER MACHINE PART_RAM "00", "R+19", NULL,
      QEVM_ERROR_MALFORMED,
      "at 0x13: section_id 2 was not introduced by a START" },
    { "bad/end/unknown", HEAD END("ffffffff") EOS "00", "S#2:ram+53f R+14",
      NULL, QEVM_ERROR_MALFORMED,
      "at 0x48: section_id 4294967295 was not introduced by a START" },
    { "bad/part/short", HEAD "02 0000", "S#2:ram+53f R+3", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x48: section_id needs 5 bytes, 3 left" },
    { "bad/start/again", HEAD START_RAM "0000000000000004" EOS,
      "S#2:ram+53f R+33", NULL, QEVM_ERROR_MALFORMED,
      "ram: at 0x48: section_id 2 is in use already" },
    { "bad/start/no-name", HEAD "01 00000003 00 00*8", "S#2:ram+53f R+14", NULL,
      QEVM_ERROR_MALFORMED, "at 0x4d: idstr is empty" },
    { "bad/full/name-short", HEAD "04 00000003 05 41", "S#2:ram+53f R+7", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x4d: idstr needs 6 bytes, 2 left" },
    { "bad/full/name-zero-byte", HEAD "04 00000003 02 41 00 00*8",
      "S#2:ram+53f R+16", NULL, QEVM_ERROR_MALFORMED,
      "at 0x4d: idstr has a zero byte in it" },
    { "bad/full/id-short", HEAD "04 000003", "S#2:ram+53f R+4", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x49: section_id needs 4 bytes, 3 left" },
    { "bad/full/instance-short", HEAD "04 00000003 'x' 00", "S#2:ram+53f R+8",
      NULL, QEVM_ERROR_TRUNCATED,
      "x: at 0x4f: instance_id needs 4 bytes, 1 left" },
    { "bad/full/version-short", HEAD "04 00000003 'x' 00000000 0000",
      "S#2:ram+53f R+13", NULL, QEVM_ERROR_TRUNCATED,
      "x: at 0x53: version_id needs 4 bytes, 2 left" },
    { "bad/full/no-footer", HEAD FULL("00000007", "x", "00000001") "1234 00",
      "S#2:ram+53f R+18", NULL, QEVM_ERROR_MALFORMED,
      "x: at 0x57: " NOT_READ "7 ends it" },
    { "bad/command/zero", HEAD "08 0000 0000", "S#2:ram+53f R+5", NULL,
      QEVM_ERROR_MALFORMED, "at 0x48: unknown command 0 of 0 bytes" },
    { "bad/command/unknown", HEAD "08 000c 0003 00*3", "S#2:ram+53f R+8", NULL,
      QEVM_ERROR_MALFORMED, "at 0x48: unknown command 12 of 3 bytes" },
    { "bad/command/length", HEAD "08 0002 0005 00*5", "S#2:ram+53f R+10", NULL,
      QEVM_ERROR_MALFORMED, "at 0x48: command PING with 5 bytes, 4 wanted" },
    { "bad/command/short", HEAD "08 0002 0004 00*3", "S#2:ram+53f R+8", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x48: command needs 9 bytes, 8 left" },
    { "bad/command/head-short", HEAD "08 0002 00", "S#2:ram+53f R+4", NULL,
      QEVM_ERROR_TRUNCATED, "at 0x48: command needs 5 bytes, 4 left" },
    { "bad/package/past-end", HEAD "08 0007 0004 00000002 00",
      "S#2:ram+53f R+10", NULL, QEVM_ERROR_MALFORMED,
      "at 0x48: a package of 2 bytes runs past the end" },
    { "bad/package/nested",
      HEAD "08 0007 0004 0000000e 08 0007 0004 00000005 08 0005 0000 00",
      "S#2:ram+53f X#7+9 R+15", NULL, QEVM_ERROR_MALFORMED,
      "at 0x51: a package inside a package" },
    { "bad/package/ends-inside", HEAD "08 0007 0004 00000006" PART_RAM "00",
      "S#2:ram+53f X#7+9 P#2x1+18fp R+1", NULL, QEVM_ERROR_MALFORMED,
      "at 0x57: the package ends inside a record" },
    { "bad/package/eof", HEAD "08 0007 0004 00000002 00 09 00",
      "S#2:ram+53f X#7+9 R+3", NULL, QEVM_ERROR_MALFORMED,
      "at 0x51: EOF (00) inside a package" },
};

static void
test_record(gconstpointer data)
{
    const BuildCase *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->bytes);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = qevm_stream_open(
        build_source(bytes, BUILD_AS_BYTES), QEVM_OPEN_WALK, NULL, &error);

    g_assert_no_error(error);
    build_check_stream(t, s, error, QEVM_RECORD_START);
}

/* ---- facts ---- */

static void
test_facts(void)
{
    g_autoptr(GBytes) bytes =
        build_bytes(HEADER MACHINE "01 00000002 'ram' 80000001 00000004 "
                                   "0000000000000004" EOS FOOTER(ID_RAM) END_RAM
                    "08 0002 0004 01020304 00");
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s = qevm_stream_open(
        build_source(bytes, BUILD_AS_BYTES), QEVM_OPEN_WALK, NULL, &error);
    const QevmRecord *start, *end, *ping;

    g_assert_no_error(error);
    g_assert_cmpstr(s->machine, ==, "pc-1.0");
    g_assert_true(s->footers && s->walked);
    g_assert_false(s->from_tail);
    start = g_ptr_array_index(s->records, 2);
    end = g_ptr_array_index(s->records, 3);
    ping = g_ptr_array_index(s->records, 4);
    g_assert_cmphex(start->instance_id, ==, 0x80000001);
    g_assert_cmpuint(start->version_id, ==, 4);
    g_assert_cmphex(start->payload_offset, ==, 0x24);
    g_assert_cmpuint(start->payload_size, ==, 16);
    g_assert_cmphex(end->instance_id, ==, 0x80000001);
    g_assert_cmpmem(g_bytes_get_data(ping->command_data, NULL),
                    g_bytes_get_size(ping->command_data), "\1\2\3\4", 4);
    g_assert_cmpstr(qevm_command_name(ping->command), ==, "PING");
    g_assert_null(qevm_command_name(12));
}

/* ---- a configuration newer than we are, with its description ---- */

static void
test_new_subsection(void)
{
    static const char json[] =
        "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": "
        "1, \"fields\": [{\"name\": \"len\", \"type\": \"uint32\", "
        "\"size\": 4}, {\"name\": \"name\", \"type\": \"buffer\", \"size\": "
        "6}], \"subsections\": [{\"vmsd_name\": \"configuration/new\", "
        "\"version\": 1, \"fields\": [{\"name\": \"n\", \"type\": "
        "\"uint16\", \"size\": 2}]}]}, \"page_size\": 4096, \"devices\": []}";
    GByteArray *b = g_byte_array_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(QevmStream) s = NULL;
    g_autofree char *records = NULL;

    build_format(b, CONF("configuration/new", "0102") "00 06 %08x <%s>",
                 (guint)strlen(json), json);
    bytes = g_byte_array_free_to_bytes(b);
    s = qevm_stream_open(build_source(bytes, BUILD_AS_BYTES), 0, NULL, NULL);
    g_assert_no_error(s->error);
    records = build_records(s, QEVM_RECORD_HEADER);
    g_assert_true(g_str_has_prefix(records, "H+8 C#0+36 0+1 V+"));
}

/* ---- cut at every length ---- */

static const guint cut_streams[] = {
    BUILD_CONF_DESCRIBED | BUILD_SUBSECTIONS | BUILD_COMMANDS | BUILD_BITMAP,
    BUILD_NO_FOOTERS | BUILD_QJSON | BUILD_NO_CONFIGURATION,
    BUILD_PACKAGE | BUILD_NO_VMDESC | BUILD_HUGE,
    BUILD_MAPPED | BUILD_SHARED | BUILD_EARLY,
};

static guint64
eof_of(GBytes *bytes)
{
    g_autoptr(QevmStream) s = qevm_stream_open(
        build_source(bytes, BUILD_AS_BYTES), QEVM_OPEN_WALK, NULL, NULL);

    for (guint i = 0; i < s->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (r->type == QEVM_RECORD_EOF) {
            return r->offset;
        }
    }
    g_assert_not_reached();
}

/* What is left of a stream says that something is missing; what is missing
 * behind EOF is only the vmdesc. */
static void
test_cut(gconstpointer data)
{
    g_autoptr(GBytes) whole = build_stream(GPOINTER_TO_UINT(data));
    guint64 eof = eof_of(whole);
    gsize size;
    const guint8 *p = g_bytes_get_data(whole, &size);

    for (gsize n = 0; n < size; n++) {
        /* Inside a page one place is as good as another. */
        if (n >= 16 && n + 16 < size && memcmp(p + n - 16, p + n, 16) == 0) {
            continue;
        }
        for (int how = 0; how < 3; how++) {
            g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, n);
            g_autoptr(GError) error = NULL;
            g_autoptr(QevmStream) s = qevm_stream_open(
                build_source(cut, how == 2 ? BUILD_AS_PIPE : BUILD_AS_BYTES),
                how ? QEVM_OPEN_WALK : 0, NULL, &error);

            g_assert_true((s != NULL) == (n >= 8) && !s == (error != NULL));
            if (n <= eof) {
                g_assert_true(!s || s->error || s->opaque_rest);
            } else if (!s->opaque_rest && !s->error) {
                g_assert_true(n > eof);
                g_assert_null(s->vmdesc);
            }
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    build_add_tests("/walk/", head_cases, G_N_ELEMENTS(head_cases), test_head);
    build_add_tests("/walk/", record_cases, G_N_ELEMENTS(record_cases),
                    test_record);
    g_test_add_func("/walk/facts", test_facts);
    g_test_add_func("/walk/configuration/new", test_new_subsection);
    for (guint i = 0; i < G_N_ELEMENTS(cut_streams); i++) {
        g_autofree char *path = g_strdup_printf("/walk/cut/%u", i);

        g_test_add_data_func(path, GUINT_TO_POINTER(cut_streams[i]), test_cut);
    }
    return g_test_run();
}
