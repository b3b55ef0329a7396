/* capture.c - a reference: what a QEMU saves when idle. */
#include "cli/qemu/capture.h"

#include "cli/qemu/error.h"
#include "cli/qemu/facts.h"
#include "cli/qemu/features.h"
#include "cli/qemu/qtree.h"
#include "cli/qemu/save.h"
#include "cli/transform.h"

/* ---- the stream ---- */

static gboolean
strip(int from, gpointer user, GError **error)
{
    static const QevmTransform transform = { .drop_all_pages = TRUE };
    QevmSource *source = qevm_source_new_fd(from, "what QEMU saves", error);

    return source &&
           qevm_transform_copy(&transform, source, *(int *)user, error);
}

/* Its stream and its facts, from the one QEMU. */
static json_t *
save(const QevmQemuCommand *command, guint seconds, int fd, char **qtree,
     GError **error)
{
    g_autoptr(QevmQemu) qemu =
        qevm_qemu_start(command, qevm_qemu_save_options, seconds, TRUE, error);
    json_t *facts = qemu ? qevm_qemu_facts(qemu, qtree, error) : NULL;

    if (facts && !qevm_qemu_save(qemu, strip, &fd, error)) {
        json_decref(facts);
        facts = NULL;
    }
    return facts;
}

/* ---- what is known only with the stream ---- */

static GPtrArray *
idstrs_of(int fd, const QevmStreamHooks *hooks, GError **error)
{
    g_autoptr(QevmStream) stream = qevm_features_open(fd, hooks, error);
    GPtrArray *idstrs = stream ? g_ptr_array_new_with_free_func(g_free) : NULL;

    for (guint i = 0; stream && i < stream->records->len; i++) {
        const QevmRecord *record = g_ptr_array_index(stream->records, i);

        if (qevm_record_is_section(record)) {
            g_ptr_array_add(idstrs, g_strdup(qevm_record_name(record)));
        }
    }
    return idstrs;
}

static json_t *
strings(char *const *words)
{
    json_t *list = json_array();

    for (; *words; words++) {
        g_autofree char *text = g_utf8_make_valid(*words, -1);

        json_array_append_new(list, json_string(text));
    }
    return list;
}

/* A part that is worth having, but not worth failing for; only a signal is. */
static json_t *
or_null(json_t *part, const char *what, GPtrArray *notes, GError *problem,
        GError **error)
{
    if (g_error_matches(problem, QEVM_QEMU_ERROR,
                        QEVM_QEMU_ERROR_INTERRUPTED)) {
        g_propagate_error(error, problem);
        return NULL;
    }
    if (!part) {
        g_ptr_array_add(
            notes, g_strdup_printf("%s: %s", what,
                                   problem ? problem->message : "no JSON"));
        g_clear_error(&problem);
    }
    return part ? part : json_null();
}

static json_t *
features(const QevmQemuCommand *command, guint seconds, int fd,
         const QevmStreamHooks *hooks, GPtrArray *notes, GError **error)
{
    GError *problem = NULL;
    json_t *list = qevm_qemu_features(command, fd, hooks, seconds, &problem);

    return or_null(list, "the features of virtio devices are not known", notes,
                   problem, error);
}

static json_t *
dump(const QevmQemuCommand *command, guint seconds, GPtrArray *notes,
     GError **error)
{
    GError *problem = NULL;
    g_autoptr(GBytes) text = qevm_qemu_dump(command, seconds, &problem);
    json_t *json = NULL;

    if (text) {
        json = json_loadb(g_bytes_get_data(text, NULL), g_bytes_get_size(text),
                          0, NULL);
    }
    return or_null(json, "it does not describe its devices (-dump-vmstate)",
                   notes, problem, error);
}

/* ---- all of it ---- */

static void
move(json_t *to, json_t *from, const char *member)
{
    json_object_set(to, member, json_object_get(from, member));
    json_object_del(from, member);
}

gboolean
qevm_capture(QevmCli *cli, const QevmQemuCommand *command, char *const *words,
             guint seconds, int fd, json_t **target, GPtrArray *notes,
             GError **error)
{
    QevmStreamHooks hooks = { .lend = qevm_cli_lend(cli) };
    static const char *const first[] = { "qemu", "arch", "machine",
                                         "accelerator" };
    g_autofree char *qtree = NULL;
    g_autoptr(GPtrArray) idstrs = NULL;
    json_t *facts = save(command, seconds, fd, &qtree, error);
    json_t *virtio = NULL, *vmstate = NULL, *made;

    if (!facts) {
        return FALSE;
    }
    if (!hooks.lend || !qevm_cli_schemas(cli, &hooks.schemas)) {
        g_ptr_array_add(notes, g_strdup("the descriptions cannot be read"));
    }
    idstrs = idstrs_of(fd, &hooks, error);
    virtio =
        idstrs ? features(command, seconds, fd, &hooks, notes, error) : NULL;
    vmstate = virtio ? dump(command, seconds, notes, error) : NULL;
    if (!vmstate) {
        json_decref(virtio);
        json_decref(facts);
        return FALSE;
    }
    made = json_pack("{s:i}", "qevm-target", 1);
    for (guint i = 0; i < G_N_ELEMENTS(first); i++) {
        move(made, facts, first[i]);
    }
    json_object_set_new(made, "command", strings(words));
    move(made, facts, "ram_blocks");
    json_object_set_new(made, "devices", qevm_qtree_devices(qtree, idstrs));
    json_object_set_new(made, "virtio", virtio);
    json_object_update(made, facts);
    json_object_set_new(made, "vmstate", vmstate);
    json_decref(facts);
    *target = made;
    return TRUE;
}
