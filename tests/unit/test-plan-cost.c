/* Unit tests of rewrite/plan.c: what it reads does not grow with RAM. */
#include "tests/unit/planning.h"

#define MIB (G_GUINT64_CONSTANT(1) << 20)
#define STREAM(machine, more)                                                  \
    "machine=" machine " block=pc.ram:1000000000 [dev,1,dev "                  \
    "a=uint32:00000001" more " ]"

static void
write_all(int fd, const guint8 *data, gsize size, guint64 offset)
{
    g_assert_cmpint(pwrite(fd, data, size, (off_t)offset), ==, (gssize)size);
}

/* A stream whose pages are a hole in a file: who looks at one of them sees at
 * once that it is none. */
static QevmSource *
holed(guint64 hole)
{
    static const guint8 end[] = { QEMU_VM_SECTION_END, 0, 0, 0, 2 };
    g_autoptr(GBytes) all = words_bytes(STREAM("pc-1.0", " b=uint8:02"));
    g_autoptr(GByteArray) part = g_byte_array_new();
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(GError) error = NULL;
    int fd = build_file(nothing);
    gsize size, head;
    const guint8 *data = g_bytes_get_data(all, &size);
    const guint8 *cut = memmem(data, size, end, sizeof(end));
    QevmSource *source;

    g_assert_nonnull(cut);
    head = (gsize)(cut - data);
    build_text(part, PART(ID_RAM));
    write_all(fd, data, head, 0);
    write_all(fd, part->data, part->len, head);
    g_byte_array_set_size(part, 0);
    build_text(part, EOS FOOTER("00000002"));
    write_all(fd, part->data, part->len, head + 5 + hole);
    write_all(fd, cut, size - head, head + 5 + hole + part->len);
    source = qevm_source_new_fd(fd, "holed", &error);
    g_assert_no_error(error);
    return source;
}

/* Bytes that are read to plan. */
static guint64
cost_of(guint64 hole)
{
    QevmSource *source = holed(hole);
    QevmTarget *target = qevm_target_new("t");
    g_auto(Planned) p = { NULL };
    g_autoptr(GError) error = NULL;
    QevmStream *stream = qevm_stream_open(source, 0, NULL, &error);

    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    qevm_target_add_reference(target, words_open(STREAM("pc-2.0", "")));
    planned_make(&p, stream, target, NULL);
    g_assert_cmpuint(json_array_size(p.plan->rules), ==, 2);
    g_assert_cmpuint(p.plan->problems->len, ==, 0);
    return qevm_source_bytes_read(source);
}

static void
does_not_grow(void)
{
    guint64 small = cost_of(64 * MIB), large = cost_of(64 * 1024 * MIB);

    g_test_message("%" G_GUINT64_FORMAT " bytes of 64 MiB, %" G_GUINT64_FORMAT
                   " of 64 GiB",
                   small, large);
    g_assert_cmpuint(small, >, 0);
    g_assert_cmpuint(large, <=, small);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan-cost/ram", does_not_grow);
    return g_test_run();
}
