/* Unit tests of rewrite/plan-virtio.c: a shipped stream with virtio devices, to
 * which something is done, and that is to be loaded as it was. */
#include "tests/unit/edit-rules.h"
#include "tests/unit/planning.h"

#define NET "0000:00:02.0/virtio-net//virtio"
#define BLK "0000:00:03.0/virtio-blk//virtio"
#define SET(at, value) "{'op': 'set', 'at': '" at "', 'value': " value "}"
#define RESIZE(at, count)                                                      \
    "{'op': 'resize-array', 'at': '" at "', 'count': " count "}"
#define MSIX(at) at "/pci/config/pci/cap.msix/control"
/* As many entries as config space says, all masked. */
#define VECTORS(at, control, count)                                            \
    SET(MSIX(at), control)                                                     \
    ", " RESIZE(at "/pci/msix_table",                                          \
                count) ", " SET(at "/pci/msix_table[*]/vector_control", "1")
#define FEATURES(at) at "/virtio/{virtio/64bit_features}/guest_features"

/* clang-format off */
static const struct row {
    const char *name;
    const char *change;   /* rules, ' for " */
    const char *features; /* what virtio-net is offered there; NULL: not told */
    const char *plan;     /* as in planning.h */
} rows[] = {
    { "same", "", NULL, "" },
    /* nobody uses it */
    { "queue/idle", SET(NET "/queue[1]/num", "1024"), NULL,
      .plan =
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/queue[1]/num','value':256,'why':'the guest does not use this queue, and the destination has room for so many entries','class':'stated'}\n" },
    { "queue/smaller", SET(NET "/queue[1]/num", "64"), NULL,
      .plan = "" },
    { "queue/in-use", SET(BLK "/queue[0]/num", "1024"), NULL,
      .plan =
        "! 0000:00:03.0/virtio-blk: queue 0 is in use with 1024 entries, and the destination has room for 256; give the destination's device queue-size=1024 (virtqueue_size=1024 of virtio-scsi), where it has that property\n" },
    { "queue/one-of-two", SET(NET "/queue[0]/num", "512") ", " SET(NET "/queue[1]/num", "512") ", " SET(NET "/queue[1]/desc", "4096"), NULL,
      .plan =
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/queue[0]/num','value':256,'why':'the guest does not use this queue, and the destination has room for so many entries','class':'stated'}\n"
        "! 0000:00:02.0/virtio-net: queue 1 is in use with 512 entries, and the destination has room for 256; give the destination's device queue-size=512 (virtqueue_size=512 of virtio-scsi), where it has that property\n" },
    { "features/offered", SET(FEATURES(NET), "'0x100000020'"), "0x100000020",
      .plan = "" },
    /* MTU: the guest does without */
    { "features/advice", SET(FEATURES(NET), "'0x100000028'"), "0x100000020",
      .plan =
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/virtio/{virtio/64bit_features}/guest_features','value':'0x100000020','why':'features that the destination does not offer, and that it does without','class':'visible'}\n" },
    /* MRG_RXBUF: how they talk */
    { "features/needed", SET(FEATURES(NET), "'0x100008020'"), "0x100000020",
      .plan =
        "! 0000:00:02.0/virtio-net: the guest took features that the destination does not offer, and works by them: 0x8000; turn them on at the destination's device, or give it the backend that has them\n" },
    { "features/not-told", SET(FEATURES(NET), "'0x100008020'"), NULL,
      .plan = "" },
    { "pci/other-revision", SET(NET "/pci/config/pci/revision_id", "1"), NULL,
      .plan =
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/pci/config/pci/revision_id','value':0,'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    /* its driver is up */
    { "pci/driven", SET(BLK "/pci/config/pci/revision_id", "1"), NULL,
      .plan =
        "{'op':'set','at':'0000:00:03.0/virtio-blk//virtio/pci/config/pci/revision_id','value':0,'why':'what the destination's device has there, and no guest can write to','class':'visible'}\n" },
    /* the table of vectors is as long as config space says */
    { "vectors/more", VECTORS(NET, "4", "5"), NULL,
      .plan =
        "{'op':'resize-array','at':'0000:00:02.0/virtio-net//virtio/pci/msix_table','count':4,'if-equals':{'vector_control':1,'*':0},'why':'the destination's device has so many vectors','class':'default'}\n"
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/pci/config/pci/cap.msix/control','value':3,'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "vectors/fewer", VECTORS(NET, "2", "3"), NULL,
      .plan =
        "{'op':'resize-array','at':'0000:00:02.0/virtio-net//virtio/pci/msix_table','count':4,'why':'the destination's device has so many vectors','class':'lossless'}\n"
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/pci/msix_table[3]/vector_control','value':1,'why':'a vector that nobody uses is masked','class':'stated'}\n"
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/pci/config/pci/cap.msix/control','value':3,'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "vectors/more-bytes", VECTORS(NET, "8", "9") ", " RESIZE(NET "/pci/msix_pba", "2"), NULL,
      .plan =
        "{'op':'resize-array','at':'0000:00:02.0/virtio-net//virtio/pci/msix_table','count':4,'if-equals':{'vector_control':1,'*':0},'why':'the destination's device has so many vectors','class':'default'}\n"
        "{'op':'resize-array','at':'0000:00:02.0/virtio-net//virtio/pci/msix_pba','count':1,'if-equals':0,'why':'the destination's device has so many vectors','class':'default'}\n"
        "{'op':'set','at':'0000:00:02.0/virtio-net//virtio/pci/config/pci/cap.msix/control','value':3,'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "vectors/of-a-queue", VECTORS(NET, "4", "5") ", " SET(NET "/queue[1]/vector", "4"), NULL,
      .plan =
        "! 0000:00:02.0/virtio-net: the guest uses more MSI-X vectors than the destination's device has, of which there are 4; give the destination's device vectors=5\n" },
    { "vectors/of-the-config", VECTORS(NET, "4", "5") ", " SET(NET "/pci/config_vector", "4"), NULL,
      .plan =
        "! 0000:00:02.0/virtio-net: the guest uses more MSI-X vectors than the destination's device has, of which there are 4; give the destination's device vectors=5\n" },
    { "vectors/set-up", VECTORS(NET, "4", "5") ", " SET(NET "/pci/msix_table[4]/data", "41"), NULL,
      .plan =
        "! 0000:00:02.0/virtio-net: the guest uses more MSI-X vectors than the destination's device has, of which there are 4; give the destination's device vectors=5\n" },
    { "vectors/pending", VECTORS(NET, "4", "5") ", " SET(NET "/pci/msix_pba[0]", "16"), NULL,
      .plan =
        "! 0000:00:02.0/virtio-net: the guest uses more MSI-X vectors than the destination's device has, of which there are 4; give the destination's device vectors=5\n" },
};

/* A resource of one pixel, and a scanout, to which `framebuffer` belongs. */
#define GPU(scanout, framebuffer)                                              \
    "machine=pc-1.0 [gpu,1,virtio-gpu state=virtio-gpu:00000005~00000001~"     \
    "00000001~00000002~00000000~ffffffff~00000000~00000001~00000001~" scanout  \
    "00*20" framebuffer " ]"
#define ALL_OF_IT "00000005~00000001~00000001~00*8~"
#define OFF "00*20~"
#define FRAMEBUFFER(offset)                                                    \
    "~20020888~00000000~00000001~00000001~00000004~" offset
#define REMOVED(field, equals, class)                                          \
    "{'op':'remove-field','at':'gpu//state/scanout[*]/" field "'," equals      \
    "'why':'the destination does not read it','class':'" class "'}\n"
#define EQUALS(hex) "'if-equals':{'hex':'" hex "'},"

static const struct plan_row gpu_rows[] = {
    { "gpu/no-framebuffer", .stream = GPU(ALL_OF_IT, ""),
      .like = GPU(OFF, ""),
      .plan = "" },
    { "gpu/framebuffer", .stream = GPU(ALL_OF_IT, FRAMEBUFFER("00000000")),
      .like = GPU(OFF, "~00*24"),
      .plan = "" },
    /* what the destination makes of the resource itself */
    { "gpu/framebuffer-of-all", .stream = GPU(ALL_OF_IT, FRAMEBUFFER("00000000")),
      .like = GPU(OFF, ""),
      .plan =
        REMOVED("fb.format", EQUALS("20020888"), "default")
        REMOVED("unused", EQUALS("00000000"), "default")
        REMOVED("fb.width", EQUALS("00000001"), "default")
        REMOVED("fb.height", EQUALS("00000001"), "default")
        REMOVED("fb.stride", EQUALS("00000004"), "default")
        REMOVED("fb.offset", EQUALS("00000000"), "default") },
    { "gpu/framebuffer-off", .stream = GPU(OFF, FRAMEBUFFER("00000004")),
      .like = GPU(OFF, ""),
      .plan =
        REMOVED("fb.format", EQUALS("20020888"), "default")
        REMOVED("unused", EQUALS("00000000"), "default")
        REMOVED("fb.width", EQUALS("00000001"), "default")
        REMOVED("fb.height", EQUALS("00000001"), "default")
        REMOVED("fb.stride", EQUALS("00000004"), "default")
        REMOVED("fb.offset", EQUALS("00000004"), "default") },
    { "gpu/framebuffer-elsewhere", .stream = GPU(ALL_OF_IT, FRAMEBUFFER("00000004")),
      .like = GPU(OFF, ""),
      .plan =
        REMOVED("fb.format", "", "lossy")
        REMOVED("unused", EQUALS("00000000"), "default")
        REMOVED("fb.width", "", "lossy")
        REMOVED("fb.height", "", "lossy")
        REMOVED("fb.stride", "", "lossy")
        REMOVED("fb.offset", "", "lossy") },
    { "gpu/framebuffer-wanted", .stream = GPU(ALL_OF_IT, ""),
      .like = GPU(OFF, FRAMEBUFFER("00000000")),
      .plan =
        "{'op':'add-field','at':'gpu//state/scanout[*]','fields':[{'name':'fb.format','type':'uint32'},{'name':'unused','type':'unused_buffer','size':4},{'name':'fb.width','type':'uint32'},{'name':'fb.height','type':'uint32'},{'name':'fb.stride','type':'uint32'},{'name':'fb.offset','type':'uint32'}],'why':'without a format, the destination takes the framebuffer from the resource','class':'lossless'}\n" },
};
/* clang-format on */

static QevmSchemas *schemas;

static QevmStream *
open_source(QevmSource *source)
{
    const QevmStreamHooks hooks = { .schemas = schemas };
    g_autoptr(GError) error = NULL;
    QevmStream *stream =
        qevm_stream_open(source, QEVM_OPEN_WALK, &hooks, &error);

    g_assert_no_error(error);
    g_assert_no_error(stream->error);
    return stream;
}

static QevmStream *
open_shipped(void)
{
    const char *folder = g_getenv("STREAMS");
    g_autofree char *file = g_strdup_printf("%s/11.1-q35-virtio.mig",
                                            folder ? folder : "build/streams");
    g_autoptr(GError) error = NULL;
    QevmSource *source = qevm_source_open(file, &error);

    g_assert_no_error(error);
    return open_source(source);
}

/* The shipped stream with the change. */
static QevmStream *
open_changed(const char *change)
{
    g_autoptr(QevmStream) stream = open_shipped();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmRules) rules = quoted_rules(change, "");
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    bytes = planned_emit(edit);
    return open_source(qevm_source_new_bytes(bytes, "changed"));
}

static QevmTarget *
target_of(const struct row *row)
{
    QevmTarget *target = qevm_target_new("t");
    g_autoptr(GError) error = NULL;
    json_t *facts;

    qevm_target_add_reference(target, open_shipped());
    qevm_target_set_release(target, 1101);
    if (row->features) {
        facts = json_pack("{s:i,s:{s:s},s:[{s:s,s:i,s:s}]}", "qevm-target", 1,
                          "qemu", "version", "11.1.0", "virtio", "section",
                          "0000:00:02.0/virtio-net", "instance_id", 0,
                          "host_features", row->features);
        g_assert_true(qevm_target_set_facts(target, facts, "t", &error));
        g_assert_no_error(error);
        json_decref(facts);
    }
    return target;
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_auto(Planned) p = { NULL };
    g_autoptr(QevmStream) allowed = open_changed(row->change);
    g_autoptr(QevmStream) refused = open_changed(row->change);
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL;

    planned_make(&p, open_changed(row->change), target_of(row), NULL);
    text = planned_text(&p);
    g_assert_cmpstr(text, ==, row->plan);
    bytes = planned_emit(p.edit);
    planned_check_rules(&p, allowed, refused, planned_costs(text), bytes);
}

static QevmStream *
open_words(const char *text)
{
    g_autoptr(GBytes) bytes = words_bytes(text);

    return open_source(qevm_source_new_bytes(bytes, "t"));
}

/* What a plan made needs no other. */
static void
test_gpu_row(gconstpointer data)
{
    const struct plan_row *row = data;
    g_auto(Planned) p = { NULL }, again = { NULL };
    QevmTarget *target = qevm_target_new("t");
    QevmTarget *target_again = qevm_target_new("t");
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *text = NULL, *nothing = NULL;

    qevm_target_add_reference(target, open_words(row->like));
    planned_make(&p, open_words(row->stream), target, NULL);
    text = planned_text(&p);
    g_assert_cmpstr(text, ==, row->plan);
    bytes = planned_emit(p.edit);
    qevm_target_add_reference(target_again, open_words(row->like));
    planned_make(&again, open_source(qevm_source_new_bytes(bytes, "planned")),
                 target_again, NULL);
    nothing = planned_text(&again);
    g_assert_cmpstr(nothing, ==, "");
}

int
main(int argc, char **argv)
{
    int code;

    g_test_init(&argc, &argv, NULL);
    schemas = qevm_schemas_new();
    qevm_schemas_add_folder(schemas, "schemas/devices");
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path =
            g_strconcat("/plan-virtio/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    for (guint i = 0; i < G_N_ELEMENTS(gpu_rows); i++) {
        g_autofree char *path =
            g_strconcat("/plan-virtio/", gpu_rows[i].name, NULL);

        g_test_add_data_func(path, &gpu_rows[i], test_gpu_row);
    }
    code = g_test_run();
    qevm_schemas_free(schemas);
    return code;
}
