/* builder-stream.h - whole streams for tests, with their vmdesc, as QEMU writes
 * them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_BUILDER_STREAM_H
#define QEVM_TESTS_UNIT_BUILDER_STREAM_H

#include "parser/json-out.h"
#include "tests/unit/builder.h"

/* ---- device sections, with their description ---- */

typedef struct {
    GByteArray *out;
    QevmJsonOut *json;
    gboolean footers;
    guint32 section_id; /* of the device being built */
    guint starts[8];    /* of the structs and lists being built */
    guint depth;
} Builder;

static inline void
build_section(Builder *b, guint8 type, guint32 id, const char *idstr,
              guint32 instance, guint32 version)
{
    build_format(b->out, "%02x %08x '%s' %08x %08x", type, id, idstr, instance,
                 version);
}

static inline void
build_footer(Builder *b, guint32 id)
{
    if (b->footers) {
        build_format(b->out, "7e %08x", id);
    }
}

static inline void
build_vmsd(Builder *b, const char *vmsd, guint32 version)
{
    qevm_json_out_string(b->json, "vmsd_name", vmsd);
    qevm_json_out_uint(b->json, "version", version);
    qevm_json_out_begin_array(b->json, "fields");
}

static inline void
build_device(Builder *b, guint32 id, const char *idstr, guint32 instance,
             const char *vmsd, guint32 version)
{
    build_section(b, QEMU_VM_SECTION_FULL, id, idstr, instance, version);
    b->section_id = id;
    qevm_json_out_begin_object(b->json, NULL);
    qevm_json_out_string(b->json, "name", idstr);
    qevm_json_out_uint(b->json, "instance_id", instance);
    build_vmsd(b, vmsd, version);
}

static inline void
build_device_end(Builder *b)
{
    qevm_json_out_end_array(b->json);
    qevm_json_out_end_object(b->json);
    build_footer(b, b->section_id);
}

/* What save_state handlers write; nothing but their size is described. */
static inline void
build_legacy(Builder *b, guint32 id, const char *idstr, guint32 instance,
             guint32 version, const char *payload)
{
    guint start;

    build_section(b, QEMU_VM_SECTION_FULL, id, idstr, instance, version);
    start = b->out->len;
    build_text(b->out, payload);
    qevm_json_out_begin_object(b->json, NULL);
    qevm_json_out_string(b->json, "name", idstr);
    qevm_json_out_uint(b->json, "instance_id", instance);
    qevm_json_out_uint(b->json, "size", b->out->len - start);
    qevm_json_out_begin_array(b->json, "fields");
    qevm_json_out_begin_object(b->json, NULL);
    qevm_json_out_string(b->json, "name", "data");
    qevm_json_out_uint(b->json, "size", b->out->len - start);
    qevm_json_out_string(b->json, "type", "buffer");
    qevm_json_out_end_object(b->json);
    qevm_json_out_end_array(b->json);
    qevm_json_out_end_object(b->json);
    build_footer(b, id);
}

static inline void
build_open(Builder *b, const char *name, guint array_len, const char *type)
{
    g_assert_cmpuint(b->depth, <, G_N_ELEMENTS(b->starts));
    b->starts[b->depth++] = b->out->len;
    qevm_json_out_begin_object(b->json, NULL);
    qevm_json_out_string(b->json, "name", name);
    if (array_len) {
        qevm_json_out_uint(b->json, "array_len", array_len);
    }
    qevm_json_out_string(b->json, "type", type);
}

static inline void
build_close(Builder *b, guint count)
{
    guint size = b->out->len - b->starts[--b->depth];

    qevm_json_out_uint(b->json, "size", size / count);
    qevm_json_out_end_object(b->json);
}

/* A leaf, or array_len of them. */
static inline void
build_field(Builder *b, const char *name, guint array_len, const char *type,
            const char *payload)
{
    build_open(b, name, array_len, type);
    build_text(b->out, payload);
    build_close(b, array_len ? array_len : 1);
}

/* A struct, or array_len of them that look the same: the fields are described
 * by the first. */
static inline void
build_struct(Builder *b, const char *name, guint array_len, const char *vmsd)
{
    build_open(b, name, array_len, "struct");
    qevm_json_out_begin_object(b->json, "struct");
    build_vmsd(b, vmsd, 1);
}

static inline void
build_struct_end(Builder *b, guint array_len, const char *more)
{
    build_text(b->out, more);
    qevm_json_out_end_array(b->json);
    qevm_json_out_end_object(b->json);
    build_close(b, array_len ? array_len : 1);
}

/* A qtailq: its elements' descriptions stand in it one after the other. */
static inline void
build_element(Builder *b, const char *vmsd)
{
    build_text(b->out, "01");
    build_vmsd(b, vmsd, 1);
}

static inline void
build_element_end(Builder *b)
{
    qevm_json_out_end_array(b->json);
}

static inline void
build_list_end(Builder *b)
{
    build_text(b->out, "00");
    build_close(b, 1);
}

/* Between the fields and the first subsection. */
static inline void
build_subsections(Builder *b)
{
    qevm_json_out_end_array(b->json);
    qevm_json_out_begin_array(b->json, "subsections");
}

static inline void
build_subsection(Builder *b, const char *name, guint32 version)
{
    build_format(b->out, "05 '%s' %08x", name, version);
    qevm_json_out_begin_object(b->json, NULL);
    build_vmsd(b, name, version);
}

static inline void
build_subsection_end(Builder *b)
{
    qevm_json_out_end_array(b->json);
    qevm_json_out_end_object(b->json);
}

/* ---- a whole stream ---- */

enum {
    BUILD_NO_FOOTERS = 1 << 0,
    BUILD_QJSON = 1 << 1,
    BUILD_NO_VMDESC = 1 << 2,
    BUILD_NO_CONFIGURATION = 1 << 3,
    BUILD_CONF_DESCRIBED = 1 << 4, /* as since 8.2 */
    BUILD_SUBSECTIONS = 1 << 5,    /* of the configuration: bits and uuid */
    BUILD_SHARED = 1 << 6,         /* x-ignore-shared */
    BUILD_MAPPED = 1 << 7,         /* mapped-ram */
    BUILD_HUGE = 1 << 8,           /* block page sizes, as for postcopy */
    BUILD_EARLY = 1 << 9,          /* a FULL before the pages */
    BUILD_COMMANDS = 1 << 10,
    BUILD_PACKAGE = 1 << 11, /* postcopy */
    BUILD_BITMAP = 1 << 12,  /* another live section */
    BUILD_TRAILING = 1 << 13,
    BUILD_UNLISTED = 1 << 14,   /* a FULL that the vmdesc has not */
    BUILD_WRONG_SIZE = 1 << 15, /* a device smaller than described */
    /* What a rewrite of the plain stream would give. */
    BUILD_RENAMED = 1 << 16, /* vga.vram is v */
    BUILD_NO_VGA = 1 << 17,  /* no block vga.vram */
    BUILD_NO_VGA_PAGES = 1 << 18,
    BUILD_NO_PAGES = 1 << 19,
    BUILD_NO_SUBSECTION = 1 << 20,
    BUILD_LONG_BUFFER = 1 << 21,
    BUILD_LONG_ARRAY = 1 << 22,
    BUILD_MORE_FIELDS = 1 << 23,
    BUILD_NO_TWIN = 1 << 24,
    BUILD_VERSION = 1 << 25,
    BUILD_NO_PINGS = 1 << 26,
    BUILD_LONG_MACHINE = 1 << 27,
};

/* With CONTINUE (0x20) the block of the page before; part 2 is the END. */
static const struct {
    guint8 part;
    const char *block;
    guint32 word;
    const char *body;
} build_pages[] = {
    { 0, "pc.ram", 0x0008, "a5*4096" },          /* PAGE */
    { 0, "pc.ram", 0x1022, "00" },               /* ZERO */
    { 0, "vga.vram", 0x0002, "00" },             /* ZERO */
    { 0, "vga.vram", 0x1028, "5a*4096" },        /* PAGE */
    { 1, "vga.vram", 0x1060, "01 0003 020155" }, /* XBZRLE */
    { 1, "pc.rom", 0x0100, "00000002 789c" },    /* COMPRESS */
    { 1, "pc.ram", 0x2008, "c3*4096" },
    { 2, "pc.ram", 0x1028, "3c*4096" },
};

static inline void
build_live_section(Builder *b, guint flags, guint part)
{
    gboolean vga = !(flags & (BUILD_NO_VGA | BUILD_NO_VGA_PAGES));

    build_format(b->out, "%02x %08x",
                 part == 2 ? QEMU_VM_SECTION_END : QEMU_VM_SECTION_PART, 2u);
    for (guint i = 0; i < G_N_ELEMENTS(build_pages); i++) {
        const char *block = build_pages[i].block;
        gboolean is_vga = strcmp(block, "vga.vram") == 0;

        if (build_pages[i].part != part || (is_vga && !vga) ||
            (flags & (BUILD_NO_PAGES | BUILD_MAPPED))) {
            continue;
        }
        build_format(b->out, "%016x", build_pages[i].word);
        if (!(build_pages[i].word & 0x20)) {
            build_format(b->out, "'%s'",
                         is_vga && (flags & BUILD_RENAMED) ? "v" : block);
        }
        build_text(b->out, build_pages[i].body);
    }
    build_text(b->out, EOS);
    build_footer(b, 2);
}

/* Behind a block's entry: its bitmap, and its pages on the next border of
 * 1 MiB. Page 0 is there. */
static inline void
build_mapped_block(Builder *b, guint length, gboolean pages)
{
    guint bitmap = b->out->len + 28;
    guint at = (bitmap + 8 + 0xfffff) / 0x100000 * 0x100000;

    build_format(b->out, "00000001 %016x %016x %016x", 4096u, bitmap, at);
    build_format(b->out, "%02x 00*7 00*%u", pages, at - bitmap - 8);
    build_format(b->out, "%02x*4096 00*%u", pages ? 0xb1u : 0u, length - 4096);
}

static inline void
build_blocks(Builder *b, guint flags)
{
    static const struct {
        const char *idstr;
        guint length;
    } blocks[] = { { "pc.ram", 0x3000 },
                   { "vga.vram", 0x2000 },
                   { "pc.rom", 0x1000 } };
    guint total = flags & BUILD_NO_VGA ? 0x4000 : 0x6000;

    build_format(b->out, "%016x", total | 4);
    for (guint i = 0; i < G_N_ELEMENTS(blocks); i++) {
        if (i == 1 && (flags & BUILD_NO_VGA)) {
            continue;
        }
        build_format(b->out, "'%s' %016x",
                     i == 1 && (flags & BUILD_RENAMED) ? "v" : blocks[i].idstr,
                     blocks[i].length);
        if ((flags & BUILD_HUGE) && i != 1) {
            build_format(b->out, "%016x", i ? 0x10000 : 0x200000);
        }
        if (flags & BUILD_SHARED) {
            build_format(b->out, "%016x", i * 0x10000);
        }
        if (flags & BUILD_MAPPED) {
            build_mapped_block(b, blocks[i].length,
                               !(flags & BUILD_NO_PAGES) &&
                                   !(i == 1 && (flags & BUILD_NO_VGA_PAGES)));
        }
    }
    build_text(b->out, EOS);
}

static inline void
build_configuration(Builder *b, guint flags)
{
    const char *machine =
        flags & BUILD_LONG_MACHINE ? "pc-1.0-newer" : "pc-1.0";
    guint count = ((flags & BUILD_SHARED) != 0) + ((flags & BUILD_MAPPED) != 0);

    if (flags & BUILD_NO_CONFIGURATION) {
        return;
    }
    build_format(b->out, "07 %08x \"%s\"", (guint)strlen(machine), machine);
    if (flags & BUILD_SUBSECTIONS) {
        build_text(b->out,
                   "05 'configuration/target-page-bits' 00000001 0000000c");
    }
    if (count) {
        build_format(b->out, "05 'configuration/capabilities' 00000001 %08x",
                     count);
        build_text(b->out, flags & BUILD_SHARED ? "'x-ignore-shared'" : "");
        build_text(b->out, flags & BUILD_MAPPED ? "'mapped-ram'" : "");
    }
    if (flags & BUILD_SUBSECTIONS) {
        build_text(b->out, "05 'configuration/uuid' 00000001 11*16");
    }
}

static inline void
build_conf_subsection(Builder *b, const char *name)
{
    qevm_json_out_begin_object(b->json, NULL);
    build_vmsd(b, name, 1);
}

static inline void
build_conf_field(Builder *b, const char *name, guint array_len,
                 const char *type, guint size)
{
    build_open(b, name, array_len, type);
    b->depth--;
    qevm_json_out_uint(b->json, "size", size);
    qevm_json_out_end_object(b->json);
}

static inline void
build_conf_description(Builder *b, guint flags)
{
    qevm_json_out_begin_object(b->json, "configuration");
    build_vmsd(b, "configuration", 1);
    build_conf_field(b, "len", 0, "uint32", 4);
    build_conf_field(b, "name", 0, "buffer",
                     flags & BUILD_LONG_MACHINE ? 12 : 6);
    if (flags & BUILD_SUBSECTIONS) {
        build_subsections(b);
        build_conf_subsection(b, "configuration/target-page-bits");
        build_conf_field(b, "target_page_bits", 0, "uint32", 4);
        build_subsection_end(b);
        build_conf_subsection(b, "configuration/uuid");
        build_conf_field(b, "uuid.data", 16, "uint8", 1);
        build_subsection_end(b);
    }
    qevm_json_out_end_array(b->json);
    qevm_json_out_end_object(b->json);
}

static inline void
build_main_device(Builder *b, guint flags)
{
    gboolean longer = (flags & BUILD_LONG_ARRAY) != 0;

    build_device(b, 4, "0000:00:01.0/dev", 0, "dev",
                 flags & BUILD_VERSION ? 4 : 3);
    if (flags & BUILD_MORE_FIELDS) {
        build_field(b, "first", 0, "uint8", "77");
    }
    build_field(b, "a", 0, "uint32", "00000001");
    build_field(b, "arr", longer ? 5 : 4, "uint16",
                longer ? "0000 0001 0002 0003 0004" : "0000 0001 0002 0003");
    build_struct(b, "s", 0, "inner");
    build_field(b, "x", 0, "uint8", "11");
    build_field(b, "y", 0, "int8", "ff");
    build_struct_end(b, 0, "");
    build_struct(b, "q", 2, "pair");
    build_field(b, "marker", 0, "uint8", "02");
    build_field(b, "v", 0, "uint8", "aa");
    build_struct_end(b, 2, "01bb");
    build_open(b, "list", 0, "qtailq");
    build_element(b, "link");
    build_field(b, "n", 0, "uint16", "1234");
    build_element_end(b);
    build_element(b, "link");
    build_field(b, "n", 0, "uint16", "5678");
    build_element_end(b);
    build_list_end(b);
    build_field(b, "buf", 0, "buffer",
                flags & BUILD_LONG_BUFFER ? "\"abcdef\" 00*6" : "\"abc\" 00*5");
    build_field(b, "flag", 0, "bool", "01");
    if (flags & BUILD_MORE_FIELDS) {
        build_field(b, "more", 2, "uint16", "0007 0008");
    }
    if (!(flags & BUILD_NO_SUBSECTION)) {
        build_subsections(b);
        build_subsection(b, "dev/sub", 1);
        build_field(b, "index", 0, "uint32", "00000007");
        build_subsections(b);
        build_subsection(b, "dev/sub/deep", 2);
        build_subsection_end(b);
        build_subsection_end(b);
    }
    build_device_end(b);
}

static inline void
build_devices(Builder *b, guint flags)
{
    build_main_device(b, flags);
    build_legacy(b, 5, "legacy", 0, 1, "0a0b0c");
    if (flags & BUILD_UNLISTED) {
        build_format(b->out, "04 00000020 'unlisted' 00000000 00000001 0102 "
                             "7e 00000020");
    }
    build_device(b, 6, "twin", 0, "twin", 1);
    build_field(b, "t", 0, "int16", "ffff");
    build_device_end(b);
    if (flags & BUILD_WRONG_SIZE) {
        build_device(b, 8, "wrong", 0, "wrong", 1);
        build_field(b, "w", 3, "uint16", "0001 0002 0003");
        /* Two bytes less than it says. */
        g_byte_array_set_size(b->out, b->out->len - 2);
        build_device_end(b);
    }
    if (!(flags & BUILD_NO_TWIN)) {
        build_device(b, 7, "twin", 0x80000001, "twin", 1);
        build_field(b, "t", 0, "int16", "0002");
        build_device_end(b);
    }
}

static inline void
build_live(Builder *b, guint flags)
{
    gboolean commands = (flags & BUILD_COMMANDS) != 0;
    gboolean pings = commands && !(flags & BUILD_NO_PINGS);

    for (guint part = 0; part < 3; part++) {
        if (flags & BUILD_BITMAP && part < 2) {
            build_text(b->out, "02 00000009 48 'node' 00*12 00*7 02 8001 01");
            build_footer(b, 9);
        }
        if (part == 2) {
            build_text(b->out, pings ? "08 0002 0004 00000002" : "");
            build_text(b->out, commands ? "08 000b 0000" : "");
        }
        if (part == 2 && (flags & BUILD_BITMAP)) {
            build_text(b->out, "03 00000009 01");
            build_footer(b, 9);
        }
        build_live_section(b, flags, part);
    }
}

/* The size of a package is known when it was built. */
static inline void
build_package(Builder *b, guint flags)
{
    guint at = b->out->len + 5;

    build_text(b->out, "08 0007 0004 00000000 08 0004 0000");
    build_devices(b, flags);
    build_text(b->out, "08 0005 0000");
    qevm_be_put(b->out->data + at, 4, b->out->len - at - 4);
    build_live_section(b, flags, 0);
}

static inline GBytes *
build_stream(guint flags)
{
    Builder b = { .out = g_byte_array_new(),
                  .footers = !(flags & BUILD_NO_FOOTERS) };
    g_autoptr(GBytes) text = NULL;
    gsize len;
    const guint8 *json;

    b.json = qevm_json_out_new(flags & BUILD_QJSON ? QEVM_DIALECT_QJSON
                                                   : QEVM_DIALECT_JSON_WRITER);
    qevm_json_out_begin_object(b.json, NULL);
    if (flags & BUILD_CONF_DESCRIBED) {
        build_conf_description(&b, flags);
    }
    qevm_json_out_uint(b.json, "page_size", 4096);
    qevm_json_out_begin_array(b.json, "devices");

    build_text(b.out, HEADER);
    build_configuration(&b, flags);
    if (flags & BUILD_COMMANDS) {
        build_text(b.out, "08 0001 0000");
        build_text(b.out,
                   flags & BUILD_NO_PINGS ? "" : "08 0002 0004 00000001");
    }
    if (flags & BUILD_EARLY) {
        build_device(&b, 3, "early", 0, "early", 1);
        build_field(&b, "e", 0, "uint8", "e5");
        build_device_end(&b);
    }
    build_section(&b, QEMU_VM_SECTION_START, 2, "ram", 0, 4);
    build_blocks(&b, flags);
    build_footer(&b, 2);
    if (flags & BUILD_BITMAP) {
        build_text(b.out, START("00000009", "dirty-bitmap",
                                "00000001") "1c 'node' 'bits' 00010000 01 01");
        build_footer(&b, 9);
    }
    build_live(&b, flags);
    if (flags & BUILD_PACKAGE) {
        build_package(&b, flags);
    } else {
        build_devices(&b, flags);
    }
    build_text(b.out, "00");
    qevm_json_out_end_array(b.json);
    qevm_json_out_end_object(b.json);
    text = qevm_json_out_finish(b.json);
    json = g_bytes_get_data(text, &len);
    if (!(flags & BUILD_NO_VMDESC)) {
        build_format(b.out, "06 %08x", (guint)len);
        g_byte_array_append(b.out, json, (guint)len);
    }
    build_text(b.out, flags & BUILD_TRAILING ? "00*512" : "");
    return g_byte_array_free_to_bytes(b.out);
}

#endif
