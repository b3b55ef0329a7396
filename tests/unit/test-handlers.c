/* test-handlers.c - live sections that are not ram, legacy ones that no vmdesc
 * describes, and those that nobody knows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/walk.h"
#include "tests/unit/builder.h"

#define ID "00000007 "
#define S(idstr, payload)                                                      \
    HEADER START(ID, idstr, "00000001") payload " " FOOTER(ID)
#define P(payload) PART(ID) payload " " FOOTER(ID)
#define E(payload) END(ID) payload " " FOOTER(ID)
#define F(idstr, payload)                                                      \
    HEADER FULL(ID, idstr, "00000001") payload " " FOOTER(ID)
#define W(low) "00000000000000" low " "

/* The payload of a section `block` stands at 0x1b. */
static const BuildCase handler_cases[] = {
    { "block", S("block", W("02")) P(W("02")) E(W("02")) "00",
      "S#7:block+32f P#7x1+18f E#7:block+18f 0+1", NULL, 0, NULL },
    { "block/chunk",
      S("block", W("02")) P("0000000000000201 'hd' a5*1048576 " W("02")) "00",
      "S#7:block+32f P#7x1+1048605f 0+1", NULL, 0, NULL },
    { "block/zero-chunk", S("block", W("09") "'hd' " W("02")) "00",
      "S#7:block+43f 0+1", NULL, 0, NULL },
    { "block/progress", S("block", "000000000000c804" W("02")) "00",
      "S#7:block+40f 0+1", NULL, 0, NULL },
    { "bad/block/flags", S("block", W("08")), "R+32", NULL,
      QEVM_ERROR_MALFORMED,
      "block: at 0x1b: unknown flags 0x8 in a disk record" },
    { "bad/block/flags-high", S("block", "0000000000000102"), "R+32", NULL,
      QEVM_ERROR_MALFORMED,
      "block: at 0x1b: unknown flags 0x102 in a disk record" },
    { "bad/block/name", S("block", W("09") "00"), "R+33", NULL,
      QEVM_ERROR_MALFORMED, "block: at 0x23: drive name is empty" },
    { "bad/block/chunk", S("block", W("01") "'hd' 00*1000"), "R+1035", NULL,
      QEVM_ERROR_TRUNCATED,
      "block: at 0x26: disk chunk needs 1048576 bytes, 1005 left" },
    { "bad/block/short", HEADER START(ID, "block", "00000001") "0000", "R+21",
      NULL, QEVM_ERROR_TRUNCATED,
      "block: at 0x1b: record needs 8 bytes, 2 left" },

    /* Its payload stands at 0x22. */
    { "dirty-bitmap", S("dirty-bitmap", "01") P("01") E("01") "00",
      "S#7:dirty-bitmap+32f P#7x1+11f E#7:dirty-bitmap+11f 0+1", NULL, 0,
      NULL },
    { "dirty-bitmap/start",
      S("dirty-bitmap",
        "1c 'node' 'b0' 00010000 01 14 'b1' 00010000 03 01") "00",
      "S#7:dirty-bitmap+55f 0+1", NULL, 0, NULL },
    { "dirty-bitmap/start-and-end", S("dirty-bitmap", "11 00010000 01") "00",
      "S#7:dirty-bitmap+37f 0+1", NULL, 0, NULL },
    { "dirty-bitmap/bits",
      S("dirty-bitmap", "01")
          E("48 'node' 00*8 00002000 " W("04") "ff*4 46 "
                                               "'b1' 00*12 20 24 'b2' 01") "00",
      "S#7:dirty-bitmap+32f E#7:dirty-bitmap+62f 0+1", NULL, 0, NULL },
    { "dirty-bitmap/longest",
      S("dirty-bitmap", "40 00*12 0000000000002800 00*10240 01") "00",
      "S#7:dirty-bitmap+10293f 0+1", NULL, 0, NULL },
    { "bad/dirty-bitmap/flags", S("dirty-bitmap", "80"), "R+32", NULL,
      QEVM_ERROR_MALFORMED,
      "dirty-bitmap: at 0x22: unknown flags 0x80 in a bitmap chunk" },
    { "bad/dirty-bitmap/node", S("dirty-bitmap", "09 00"), "R+33", NULL,
      QEVM_ERROR_MALFORMED, "dirty-bitmap: at 0x23: node alias is empty" },
    { "bad/dirty-bitmap/bitmap", S("dirty-bitmap", "05 00"), "R+33", NULL,
      QEVM_ERROR_MALFORMED, "dirty-bitmap: at 0x23: bitmap alias is empty" },
    { "bad/dirty-bitmap/start",
      HEADER START(ID, "dirty-bitmap", "00000001") "11 0000", "R+29", NULL,
      QEVM_ERROR_TRUNCATED,
      "dirty-bitmap: at 0x23: bitmap start needs 5 bytes, 2 left" },
    { "bad/dirty-bitmap/extent",
      HEADER START(ID, "dirty-bitmap", "00000001") "41 0000", "R+29", NULL,
      QEVM_ERROR_TRUNCATED,
      "dirty-bitmap: at 0x23: bitmap extent needs 12 bytes, 2 left" },
    { "bad/dirty-bitmap/long",
      S("dirty-bitmap", "40 00*12 0000000000002801 00*10241 01"), "R+10294",
      NULL, QEVM_ERROR_MALFORMED,
      "dirty-bitmap: at 0x2f: a bitmap chunk of 10241 bytes, more than 10240" },
    { "bad/dirty-bitmap/chunk",
      HEADER START(ID, "dirty-bitmap", "00000001") "41 00*12 " W("05") "00*4",
      "R+51", NULL, QEVM_ERROR_TRUNCATED,
      "dirty-bitmap: at 0x37: bitmap chunk needs 5 bytes, 4 left" },
    { "bad/dirty-bitmap/no-end",
      HEADER START(ID, "dirty-bitmap", "00000001") "20", "R+27", NULL,
      QEVM_ERROR_TRUNCATED,
      "dirty-bitmap: at 0x23: chunk flags needs 1 bytes, 0 left" },

    /* Its payload stands at 0x20. */
    { "htab",
      S("spapr/htab", "00000015") P("00000000 00000005 0002 0003 11*32 "
                                    "00000001 0000 0001 00*8")
          E("00000000 00*8") "00",
      "S#7:spapr/htab+33f P#7x1+70f E#7:spapr/htab+22f 0+1", NULL, 0, NULL },
    { "htab/radix",
      S("spapr/htab", "ffffffff") P("ffffffff") E("ffffffff") "00",
      "S#7:spapr/htab+33f P#7x1+14f E#7:spapr/htab+14f 0+1", NULL, 0, NULL },
    { "bad/htab/start", HEADER START(ID, "spapr/htab", "00000001") "0000",
      "R+26", NULL, QEVM_ERROR_TRUNCATED,
      "spapr/htab: at 0x20: hash shift needs 4 bytes, 2 left" },
    { "bad/htab/entries",
      S("spapr/htab", "00000015") P("00000000 00000005 ffff 0003"),
      "S#7:spapr/htab+33f R+22", NULL, QEVM_ERROR_TRUNCATED,
      "spapr/htab: at 0x3a: hash table entries needs 1048560 bytes, 5 left" },
    { "bad/htab/chunk", S("spapr/htab", "00000015") PART(ID) "00*8",
      "S#7:spapr/htab+33f R+13", NULL, QEVM_ERROR_TRUNCATED,
      "spapr/htab: at 0x32: hash table chunk needs 8 bytes, 4 left" },
    { "bad/htab/header", S("spapr/htab", "00000015") PART(ID) "00",
      "S#7:spapr/htab+33f R+6", NULL, QEVM_ERROR_TRUNCATED,
      "spapr/htab: at 0x2e: hash table header needs 4 bytes, 1 left" },

    /* Its payload stands at 0x2d. */
    { "storage-attributes",
      S("s390-storage_attributes", W("01"))
          P("0000000000003002 0000000000000003 0a0b0c" W("01"))
              E(W("08") W("01")) "00",
      "S#7:s390-storage_attributes+50f P#7x1+37f "
      "E#7:s390-storage_attributes+26f 0+1",
      NULL, 0, NULL },
    { "storage-attributes/error",
      S("s390-storage_attributes", W("04") W("05")) "00",
      "S#7:s390-storage_attributes+58f 0+1",
      "s390-storage_attributes at 0x2d: the source marked its data as "
      "incomplete\n"
      "s390-storage_attributes at 0x35: the source marked its data as "
      "incomplete",
      0, NULL },
    { "bad/storage-attributes/flags", S("s390-storage_attributes", W("03")),
      "R+50", NULL, QEVM_ERROR_MALFORMED,
      "s390-storage_attributes: at 0x2d: unknown flags 0x003" },
    { "bad/storage-attributes/run",
      S("s390-storage_attributes", W("02") "ffffffffffffffff"), "R+58", NULL,
      QEVM_ERROR_TRUNCATED,
      "s390-storage_attributes: at 0x3d: run needs 18446744073709551615 "
      "bytes, 5 left" },
    { "bad/storage-attributes/length",
      HEADER START(ID, "s390-storage_attributes", "00000001") W("02") "00",
      "R+46", NULL, QEVM_ERROR_TRUNCATED,
      "s390-storage_attributes: at 0x35: run length needs 8 bytes, 1 left" },

    /* Its payload stands at 0x20. */
    { "skeys", F("s390-skeys", W("02") W("03") "101112" W("01")) "00",
      "F#7:s390-skeys+56f 0+1", NULL, 0, NULL },
    { "skeys/none", F("s390-skeys", W("01")) "00", "F#7:s390-skeys+37f 0+1",
      NULL, 0, NULL },
    { "skeys/error", F("s390-skeys", W("05")) "00", "F#7:s390-skeys+37f 0+1",
      "s390-skeys at 0x20: the source marked its data as incomplete", 0, NULL },
    { "bad/skeys/flags", F("s390-skeys", W("00")), "R+37", NULL,
      QEVM_ERROR_MALFORMED, "s390-skeys: at 0x20: unknown flags 0x000" },

    { "todclock", F("todclock", "01 00 1122334455667788") "00",
      "F#7:todclock+37f 0+1", NULL, 0, NULL },
    { "todclock/none", F("todclock", "00") "00", "F#7:todclock+28f 0+1", NULL,
      0, NULL },
    { "bad/todclock/short", HEADER FULL(ID, "todclock", "00000001") "01 00",
      "R+24", NULL, QEVM_ERROR_TRUNCATED,
      "todclock: at 0x1f: clock needs 9 bytes, 1 left" },
    { "bad/todclock/none", HEADER FULL(ID, "todclock", "00000001"), "R+22",
      NULL, QEVM_ERROR_TRUNCATED,
      "todclock: at 0x1e: clock marker needs 1 bytes, 0 left" },
    { "bad/todclock/footer", HEADER FULL(ID, "todclock", "00000001") "00 00",
      "F#7:todclock+23 0+1", NULL, 0, NULL },
};

/* ---- nobody knows this section: footers tell ----
 *
 * Of the places that look like one, the first that a record can follow. The
 * payload of `vfio` stands at 0x1a. */
#define DECOY(follows) "7e 00000007 " follows " "
static const BuildCase unknown_cases[] = {
    { "least", S("vfio", "") "00", "S#7:vfio+23fro 0+1", NULL, 0, NULL },
    { "all-parts", S("vfio", "ffff") P("01") P("0203") E("") "00",
      "S#7:vfio+25fro P#7x2+23fro E#7:vfio+10fro 0+1", NULL, 0, NULL },
    { "full-too", /* vfio: a FULL with the id of the live section */
      S("vfio", "ffff") E("00")
          FULL(ID, "vfio", "00000001") "aabb" FOOTER(ID) "00",
      "S#7:vfio+25fro E#7:vfio+11fro F#7:vfio+25fro 0+1", NULL, 0, NULL },
    { "7e", S("vfio", "7e7e7e7e 000000 7e 0000") "00", "S#7:vfio+33fro 0+1",
      NULL, 0, NULL },
    { "decoy/other-id", S("vfio", "7e 00000006 00") "00", "S#7:vfio+29fro 0+1",
      NULL, 0, NULL },
    { "decoy/type", S("vfio", DECOY("09")) "00", "S#7:vfio+29fro 0+1", NULL, 0,
      NULL },
    { "decoy/footer-twice", S("vfio", DECOY("")) "00", "S#7:vfio+28fro 0+1",
      NULL, 0, NULL },
    { "decoy/eof", S("vfio", DECOY("00 00")) "00", "S#7:vfio+30fro 0+1", NULL,
      0, NULL },
    { "decoy/eof-vmdesc", S("vfio", DECOY("00 06 00000002 5b 5d")) "00",
      "S#7:vfio+36fro 0+1", NULL, 0, NULL },
    { "decoy/full-no-name", S("vfio", DECOY("04 00000001 00")) "00",
      "S#7:vfio+34fro 0+1", NULL, 0, NULL },
    { "decoy/full-not-printed",
      S("vfio", DECOY("04 00000001 02 41 07 00*8")) "00", "S#7:vfio+44fro 0+1",
      NULL, 0, NULL },
    { "decoy/full-past-end", S("vfio", DECOY("01 00000001 ff 41")) "00",
      "S#7:vfio+35fro 0+1", NULL, 0, NULL },
    { "decoy/full-short", S("vfio", "01 7e 00000007 04 00 00"),
      "S#7:vfio+32fro", NULL, QEVM_ERROR_TRUNCATED,
      "at 0x28: the stream ends without EOF (00)" },
    { "decoy/part-unknown", S("vfio", DECOY("02 00000008")) "00",
      "S#7:vfio+33fro 0+1", NULL, 0, NULL },
    { "decoy/end-short", S("vfio", "7e 00000007 03 0000") "00",
      "S#7:vfio+31fro 0+1", NULL, 0, NULL },
    { "decoy/command-0", S("vfio", DECOY("08 0000 0000")) "00",
      "S#7:vfio+33fro 0+1", NULL, 0, NULL },
    { "decoy/command-unknown", S("vfio", DECOY("08 000c 0000")) "00",
      "S#7:vfio+33fro 0+1", NULL, 0, NULL },
    { "decoy/command-length", S("vfio", DECOY("08 0002 0003")) "00",
      "S#7:vfio+33fro 0+1", NULL, 0, NULL },
    { "followed/command", S("vfio", "55") "08 000b 0000 00",
      "S#7:vfio+24fro X#11+5 0+1", NULL, 0, NULL },
    { "followed/discard", S("vfio", "55") "08 0006 0002 0000 00",
      "S#7:vfio+24fro X#6+7 0+1", NULL, 0, NULL },
    { "followed/start",
      S("vfio", "55") START("00000008", "x", "00000001")
          FOOTER("00000008") "00",
      "S#7:vfio+24fro S#8:x+20fro 0+1", NULL, 0, NULL },
    /* What a footer and a record behind it look like is one: nothing can
     * tell. */
    { "taken/eof-vmdesc", S("vfio", DECOY("00 06 00000002 7b 7d")) "00",
      "S#7:vfio+23fro 0+1 V+7 T+6", NULL, 0, NULL },
    { "far", /* behind the first look */
      S("vfio", "7e*66000 " DECOY("09") "7e*200000") "00",
      "S#7:vfio+266029fro 0+1", NULL, 0, NULL },
    { "bad/no-footer", HEADER START(ID, "vfio", "00000001") "1234 00", "R+21",
      NULL, QEVM_ERROR_MALFORMED,
      "vfio: at 0x1a: nothing describes this payload, and no footer of section "
      "7 ends it" },
    { "bad/no-footer-far", HEADER START(ID, "vfio", "00000001") "7e*400000 00",
      "R+400019", NULL, QEVM_ERROR_MALFORMED,
      "vfio: at 0x1a: nothing describes this payload, and no footer of section "
      "7 ends it" },
    { "bad/part", S("vfio", "") PART(ID) "99 7e 000000", "S#7:vfio+23fro R+10",
      NULL, QEVM_ERROR_MALFORMED,
      "vfio: at 0x24: nothing describes this payload, and no footer of section "
      "7 ends it" },
};

/* The first row's footer at every distance from the end of what is looked at
 * at once. */
static void
test_border(void)
{
    for (guint n = QEVM_FLOW_PEEK - 290; n < QEVM_FLOW_PEEK + 5; n++) {
        GByteArray *b = g_byte_array_new();
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(QevmStream) s = NULL;
        g_autofree char *records = NULL, *want = NULL;

        build_format(b, HEADER START(ID, "vfio", "00000001") "7e*%u ", n);
        build_text(b, FOOTER(ID) FULL("00000008", "eight", "00000001")
                          FOOTER("00000008") "00");
        bytes = g_byte_array_free_to_bytes(b);
        s = qevm_stream_open(build_source(bytes, BUILD_AS_BYTES),
                             QEVM_OPEN_WALK, NULL, NULL);
        records = build_records(s, QEVM_RECORD_START);
        want = g_strdup_printf("S#7:vfio+%ufro F#8:eight+24fro 0+1", n + 23);
        g_assert_cmpstr(records, ==, want);
    }
}

static void
test_stream(gconstpointer data)
{
    const BuildCase *t = data;
    g_autoptr(GBytes) bytes = build_bytes(t->bytes);

    /* A pipe tells less of what is missing. */
    for (BuildKind kind = BUILD_AS_BYTES;
         kind <= (t->message ? BUILD_AS_FILE : BUILD_AS_PIPE); kind++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmStream) s = qevm_stream_open(
            build_source(bytes, kind), QEVM_OPEN_WALK, NULL, &error);

        build_check_stream(t, s, error, QEVM_RECORD_START);
    }
}

static void
test_find(void)
{
    g_assert_true(qevm_handler_find("ram") == &qevm_handler_ram);
    g_assert_true(qevm_handler_find("todclock") == &qevm_handler_todclock);
    g_assert_null(qevm_handler_find("ram2"));
    g_assert_null(qevm_handler_find("0000:00:01.0/ram"));
    g_assert_null(qevm_handler_find(""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    build_add_tests("/handlers/", handler_cases, G_N_ELEMENTS(handler_cases),
                    test_stream);
    build_add_tests("/handlers/unknown/", unknown_cases,
                    G_N_ELEMENTS(unknown_cases), test_stream);
    g_test_add_func("/handlers/unknown/border", test_border);
    g_test_add_func("/handlers/find", test_find);
    return g_test_run();
}
