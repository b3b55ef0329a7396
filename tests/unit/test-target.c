/* Unit tests of rewrite/target.c and target-facts.c: what is known of a
 * destination. */
#include "rewrite/target.h"

#include "tests/unit/dump.h"
#include "tests/unit/stream-words.h"

#define WILDCARD G_MAXUINT32

static QevmTarget *
target_of(const char *words, const char *dump)
{
    QevmTarget *target = qevm_target_new("t");

    if (words) {
        qevm_target_add_reference(target, words_open(words));
    }
    if (dump) {
        qevm_target_add_known(target, dump_parse(dump, "dump"));
    }
    return target;
}

/* ---- sections ---- */

static void
sections(void)
{
    g_autoptr(QevmTarget) target =
        target_of("machine=m [a@3,1,v x=uint8:03 ] [a@5,2,v x=uint8:05 ] "
                  "[b,1,v x=uint8:00 ]",
                  NULL);
    g_autoptr(QevmTarget) none = target_of(NULL, NULL);

    g_assert_cmpuint(qevm_target_section(target, "a", 5)->version_id, ==, 2);
    g_assert_cmpuint(qevm_target_section(target, "a", 3)->version_id, ==, 1);
    g_assert_null(qevm_target_section(target, "a", 0));
    g_assert_null(qevm_target_section(target, "c", 0));
    g_assert_cmpuint(qevm_target_section(target, "a", WILDCARD)->instance_id,
                     ==, 3);
    g_assert_null(qevm_target_section(target, "c", WILDCARD));
    g_assert_nonnull(qevm_target_any_section(target, "b"));
    g_assert_null(qevm_target_any_section(target, "c"));
    g_assert_null(qevm_target_reference(none));
    g_assert_null(qevm_target_section(none, "a", WILDCARD));
    g_assert_null(qevm_target_any_section(none, "a"));
}

/* The first of several is the one that counts. */
static void
references(void)
{
    g_autoptr(QevmTarget) target =
        target_of("machine=m [a,1,v x=uint8:00 ]", NULL);

    qevm_target_add_reference(target, words_open("machine=n [b,1,v "
                                                 "x=uint8:00 ]"));
    g_assert_cmpstr(qevm_target_reference(target)->machine, ==, "m");
    g_assert_nonnull(qevm_target_section(target, "a", 0));
    g_assert_null(qevm_target_section(target, "b", 0));
}

/* ---- the release ---- */

/* As told, else the oldest that the stream can be of. */
static void
releases(void)
{
    static const struct {
        const char *machine;
        guint told, release;
    } rows[] = {
        { "pc-i440fx-7.2", 0, 702 },
        { "pc-i440fx-10.0", 0, 1000 },
        { "m", 0, 600 },
        { "pc-i440fx-7.2", 1101, 1101 },
        { "m", 1000, 1000 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QevmTarget) target = qevm_target_new("t");
        g_autofree char *words = g_strdup_printf(
            "machine=%s [a,1,v x=uint8*2:0000 ]", rows[i].machine);

        if (rows[i].told) {
            qevm_target_set_release(target, rows[i].told);
        }
        qevm_target_add_reference(target, words_open(words));
        g_assert_cmpuint(target->release, ==, rows[i].release);
        g_assert_true(target->release_exact);
    }
}

/* A machine type is known to its release and to newer ones. */
static void
releases_that_are_open(void)
{
    g_autoptr(QevmTarget) target = qevm_target_new("t");

    g_assert_false(qevm_target_is_before(target, 801));
    g_assert_false(qevm_target_is_since(target, 801));
    qevm_target_add_reference(
        target, words_open("machine=virt-8.0 [a,1,v x=uint8:00 ]"));
    g_assert_true(qevm_target_is_since(target, 800));
    g_assert_false(qevm_target_is_since(target, 801));
    g_assert_false(qevm_target_is_before(target, 801));
    qevm_target_set_release(target, 800);
    g_assert_true(qevm_target_is_before(target, 801));
    qevm_target_set_release(target, 801);
    g_assert_true(qevm_target_is_since(target, 801));
}

static void
architectures(void)
{
    static const struct {
        const char *words, *architecture;
    } rows[] = {
        { "machine=m [cpu,1,cpu env.eip=uint32:00*4 ]", "x86_64" },
        { "machine=m [cpu,1,cpu env.xregs=uint64:00*8 ]", "aarch64" },
        { "machine=m [cpu,1,cpu env.nip=uint64:00*8 ]", "ppc64" },
        { "machine=m [cpu,1,cpu env.psw.mask=uint64:00*8 ]", "s390x" },
        { "machine=m [cpu,1,cpu env.load_res=uint64:00*8 ]", "riscv64" },
        { "machine=m [cpu,1,cpu other=uint64:00*8 ]", NULL },
        { "machine=m [dev,1,dev env.eip=uint32:00*4 ]", NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QevmStream) stream = words_open(rows[i].words);

        g_assert_cmpstr(qevm_stream_architecture(stream), ==,
                        rows[i].architecture);
    }
}

/* ---- what dumps know ---- */

static void
knowledge(void)
{
    static const char dump[] =
        T(VMSD("v", 3, 2, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 1)))));
    g_autoptr(QevmTarget) target = target_of(NULL, dump);
    const QevmKnownVmsd *vmsd;
    const QevmKnownField *field;
    guint32 minimum;
    gboolean exact;

    g_assert_cmpint(qevm_target_subsection(target, "v", "v/s", &vmsd), ==,
                    QEVM_TARGET_YES);
    g_assert_cmpstr(vmsd->name, ==, "v/s");
    g_assert_cmpint(qevm_target_subsection(target, "v", "v/t", &vmsd), ==,
                    QEVM_TARGET_NO);
    g_assert_null(vmsd);
    g_assert_cmpint(qevm_target_subsection(target, "w", "w/s", NULL), ==,
                    QEVM_TARGET_MAYBE);
    g_assert_cmpint(qevm_target_field(target, "v", "a", &field), ==,
                    QEVM_TARGET_YES);
    g_assert_cmpuint(field->size, ==, 4);
    g_assert_cmpint(qevm_target_field(target, "v", "a[3]", &field), ==,
                    QEVM_TARGET_YES);
    g_assert_cmpint(qevm_target_field(target, "v", "b", &field), ==,
                    QEVM_TARGET_NO);
    g_assert_null(field);
    g_assert_cmpint(qevm_target_field(target, "w", "b", &field), ==,
                    QEVM_TARGET_MAYBE);
    g_assert_true(qevm_target_minimum(target, "v", 3, &minimum, NULL));
    g_assert_cmpuint(minimum, ==, 2);
    g_assert_false(qevm_target_minimum(target, "v", 4, &minimum, NULL));
    g_assert_false(qevm_target_minimum(target, "w", 1, &minimum, &exact));
    g_assert_true(qevm_target_minimum(target, "v", 3, &minimum, &exact));
    g_assert_true(exact);
    /* a newer version does not accept more */
    g_assert_true(qevm_target_minimum(target, "v", 4, &minimum, &exact));
    g_assert_false(exact);
    g_assert_cmpuint(minimum, ==, 2);
    g_assert_false(qevm_target_minimum(target, "v", 2, &minimum, &exact));
}

/* ---- facts ---- */

#define FACTS                                                                  \
    "{'qevm-target': 1, 'qemu': {'version': '10.0.13'}, 'command': ["          \
    "'qemu-system-x86_64', '-uuid', '1-2', '--m', '16', '-netdev', "           \
    "'user,guestfwd=x'], "                                                     \
    "'devices': [{'type': 'e1000', 'path': '0000:00:03.0', 'bars': ["          \
    "{'bar': 0, 'type': 'memory', 'size': 131072}, "                           \
    "{'bar': 6, 'type': 'memory', 'size': 262144}, "                           \
    "{'bar': 9, 'type': 'io', 'size': 64}]}], "                                \
    "'virtio': [{'section': '0000:00:04.0/virtio-net', 'instance_id': 0, "     \
    "'host_features': '0x10130afff7'}, {'section': 'wide', 'instance_id': 1, " \
    "'host_features': '0x20000000000000010'}], "                               \
    "'ram_blocks': [{'idstr': 'pc.ram', 'max_length': 4096}], "                \
    "'vmstate': null}"

static json_t *
facts_of(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');

    return json_loads(json, 0, NULL);
}

static void
facts(void)
{
    g_autoptr(QevmTarget) target = target_of(NULL, NULL);
    g_autoptr(GError) error = NULL;
    json_t *json = facts_of(FACTS);
    QevmPciFacts pci;
    guint64 features;

    /* Without any, nothing is known. */
    g_assert_false(qevm_target_features(target, "wide", 1, &features));
    g_assert_cmpint(qevm_target_says(target, "guestfwd"), ==,
                    QEVM_TARGET_MAYBE);
    g_assert_cmpuint(qevm_target_ram_maximum(target, "pc.ram"), ==, 0);
    qevm_target_pci(target, "0000:00:03.0/e1000", &pci);
    g_assert_cmpint(pci.presence, ==, QEVM_PCI_PERHAPS);

    g_assert_true(qevm_target_set_facts(target, json, "t", &error));
    json_decref(json);
    g_assert_cmpuint(target->release, ==, 1000);
    g_assert_true(target->release_exact);
    qevm_target_pci(target, "0000:00:03.0/e1000", &pci);
    g_assert_cmpuint(pci.bar[0], ==, 131072);
    g_assert_cmpuint(pci.bar[6], ==, 262144);
    g_assert_cmpint(pci.presence, ==, QEVM_PCI_NO);
    qevm_target_pci(target, "0000:00:03.01/e1000", &pci);
    g_assert_cmpuint(pci.bar[0], ==, 0);
    g_assert_true(
        qevm_target_features(target, "0000:00:04.0/virtio-net", 0, &features));
    g_assert_cmphex(features, ==, G_GUINT64_CONSTANT(0x10130afff7));
    g_assert_false(
        qevm_target_features(target, "0000:00:04.0/virtio-net", 1, &features));
    /* What is above the 64th bit is not among them. */
    g_assert_true(qevm_target_features(target, "wide", 1, &features));
    g_assert_cmphex(features, ==, 0x10);
    g_assert_cmpuint(qevm_target_ram_maximum(target, "pc.ram"), ==, 4096);
    g_assert_cmpuint(qevm_target_ram_maximum(target, "vga"), ==, 0);
    g_assert_cmpstr(qevm_target_option(target, "uuid"), ==, "1-2");
    g_assert_cmpstr(qevm_target_option(target, "m"), ==, "16");
    g_assert_null(qevm_target_option(target, "smp"));
    g_assert_cmpint(qevm_target_says(target, "guestfwd"), ==, QEVM_TARGET_YES);
    g_assert_cmpint(qevm_target_says(target, "hostfwd"), ==, QEVM_TARGET_NO);
}

static void
no_facts(void)
{
    static const char *const texts[] = {
        "{}",
        "{'qevm-target': 1}",
        "{'qemu': {'version': '10.0.0'}}",
        "{'qevm-target': 1, 'qemu': {'version': 'new'}}",
        "{'qevm-target': 1, 'qemu': {'version': '10'}}",
        "{'qevm-target': 1, 'qemu': {'version': '10.0.0'}, 'vmstate': {'a': "
        "1}}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(QevmTarget) target = target_of(NULL, NULL);
        json_t *json = facts_of(texts[i]);
        g_autoptr(GError) error = NULL;

        g_assert_nonnull(json);
        g_assert_false(qevm_target_set_facts(target, json, "name", &error));
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
        g_assert_true(g_str_has_prefix(error->message, "name: "));
        g_assert_cmpuint(target->release, ==, 0);
        g_assert_null(target->facts);
        json_decref(json);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/target/sections", sections);
    g_test_add_func("/target/references", references);
    g_test_add_func("/target/releases", releases);
    g_test_add_func("/target/releases-that-are-open", releases_that_are_open);
    g_test_add_func("/target/architectures", architectures);
    g_test_add_func("/target/knowledge", knowledge);
    g_test_add_func("/target/facts", facts);
    g_test_add_func("/target/no-facts", no_facts);
    return g_test_run();
}
