/* target.c - the destination that a command line names with --against. */
#include "cli/target.h"

#include <stdlib.h>
#include <string.h>

#include "cli/container.h"
#include "cli/schemas.h"

#define SHIPPED_SUFFIX ".json.gz"

/* "qemu-10.0": 1000; 0: no such name. */
static guint
release_of(const char *folder)
{
    guint64 major, minor;
    char *end;

    if (!g_str_has_prefix(folder, "qemu-")) {
        return 0;
    }
    major = g_ascii_strtoull(folder + 5, &end, 10);
    if (*end != '.' || !g_ascii_isdigit(end[1]) || major > 99) {
        return 0;
    }
    minor = g_ascii_strtoull(end + 1, &end, 10);
    return *end || minor > 99 ? 0 : (guint)(major * 100 + minor);
}

/* A dump is text, packed or not; a stream is neither. */
static gboolean
is_json(const char *path)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source = NULL;
    g_autoptr(QevmContainer) c =
        g_file_test(path, G_FILE_TEST_IS_REGULAR)
            ? qevm_container_open(path, 0, 0, &source, &error)
            : NULL;
    guint8 head[16];
    gsize got = 0, i = 0;
    gboolean ok =
        c && qevm_source_peek(source, sizeof(head), head, &got, &error);

    qevm_source_free(source);
    if (!ok) {
        return FALSE;
    }
    while (i < got && g_ascii_isspace((char)head[i])) {
        i++;
    }
    return i < got && head[i] == '{';
}

static gboolean
add_known(QevmCli *cli, QevmTarget *target, const char *path)
{
    g_autoptr(GError) error = NULL;
    QevmKnown *known = qevm_known_load(path, &error);

    if (!known) {
        qevm_cli_fail(cli, path, error, QEVM_EXIT_INPUT);
        return FALSE;
    }
    qevm_target_add_known(target, known);
    return TRUE;
}

static char *
shipped_path(const char *name)
{
    g_autofree char *folder = qevm_schemas_folder("targets");
    g_autofree char *file = g_strconcat(name, SHIPPED_SUFFIX, NULL);

    return g_build_filename(folder, file, NULL);
}

/* A release on one architecture: a dump, and what the sources say beyond it, of
 * all and of that architecture. Only the first has to be there. */
static gboolean
add_release(QevmCli *cli, QevmTarget *target, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(name);
    g_autofree char *common = g_build_filename(folder, "sources", NULL);
    g_autofree char *own = g_strconcat(name, "-sources", NULL);
    const char *const names[] = { name, common, own };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = shipped_path(names[i]);

        if ((i == 0 || g_file_test(path, G_FILE_TEST_EXISTS)) &&
            !add_known(cli, target, path)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
add_shipped(QevmCli *cli, QevmTarget *target, const char *name)
{
    g_autofree char *path = shipped_path(name);
    g_autofree char *folder = g_path_get_dirname(name);

    if (!release_of(folder) || !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_autoptr(GError) error =
            g_error_new(QEVM_ERROR, QEVM_ERROR_PATH,
                        "no such file, and no target of that name is shipped; "
                        "\"qevm target list\" lists those that are");

        qevm_cli_fail(cli, name, error, QEVM_EXIT_INPUT);
        return FALSE;
    }
    qevm_target_set_release(target, release_of(folder));
    return add_release(cli, target, name);
}

/* What qevm capture wrote beside a reference: of the first one it counts. */
static gboolean
add_facts(QevmCli *cli, QevmTarget *target, const char *path)
{
    g_autofree char *beside = g_strconcat(path, ".target.json", NULL);
    g_autoptr(GError) error = NULL;
    json_error_t wrong;
    json_t *facts;
    gboolean ok;

    if (target->references->len > 1 ||
        !g_file_test(beside, G_FILE_TEST_EXISTS)) {
        return TRUE;
    }
    facts = json_load_file(beside, 0, &wrong);
    if (!facts) {
        g_set_error(&error, QEVM_ERROR, QEVM_ERROR_MALFORMED, "%s: line %d: %s",
                    beside, wrong.line, wrong.text);
    }
    ok = facts && qevm_target_set_facts(target, facts, beside, &error);
    json_decref(facts);
    if (!ok) {
        qevm_cli_fail(cli, beside, error, QEVM_EXIT_INPUT);
    }
    return ok;
}

static gboolean
add_stream(QevmCli *cli, QevmTarget *target, const char *path)
{
    g_autoptr(GError) error = NULL;
    QevmSource *source;
    g_autoptr(QevmContainer) c =
        qevm_container_open(path, 0, 0, &source, &error);
    QevmStream *stream;

    if (!c) {
        qevm_cli_fail(cli, path, error, QEVM_EXIT_INPUT);
        return FALSE;
    }
    stream = qevm_cli_parse(cli, path, source, 0);
    if (!stream) {
        return FALSE;
    }
    if (stream->error) {
        (void)qevm_cli_stream_error(cli, path, stream);
        qevm_stream_free(stream);
        return FALSE;
    }
    qevm_target_add_reference(target, stream);
    return add_facts(cli, target, path);
}

/* ---- what is shipped for a reference ---- */

/* The shipped releases that are nearest to one, at or below it and at or above
 * it; 0: there is none. */
static void
nearest(guint release, const char *architecture, guint *below, guint *above)
{
    g_autofree char *folder = qevm_schemas_folder("targets");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    *below = *above = 0;
    while (dir && (name = g_dir_read_name(dir))) {
        guint r = release_of(name);
        g_autofree char *target = g_build_filename(name, architecture, NULL);
        g_autofree char *path = shipped_path(target);

        if (!r || !g_file_test(path, G_FILE_TEST_EXISTS)) {
            continue;
        }
        if (r <= release && r > *below) {
            *below = r;
        }
        if (r >= release && (!*above || r < *above)) {
            *above = r;
        }
    }
}

/* Was one named? What a capture has beside it knows no `cpu` or `timer`. */
static gboolean
has_shipped(const QevmTarget *target)
{
    return target->known->len > (target->facts ? 1 : 0);
}

static gboolean
add_nearest(QevmCli *cli, QevmTarget *target)
{
    QevmStream *reference = qevm_target_reference(target);
    const char *architecture =
        reference ? qevm_stream_architecture(reference) : NULL;
    guint releases[2];

    if (!architecture || !target->release || has_shipped(target)) {
        return TRUE;
    }
    nearest(target->release, architecture, &releases[0], &releases[1]);
    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = NULL;

        if (!releases[i] || (i && releases[1] == releases[0])) {
            continue;
        }
        name = g_strdup_printf("qemu-%u.%u/%s", releases[i] / 100,
                               releases[i] % 100, architecture);
        if (!add_release(cli, target, name)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
add_one(QevmCli *cli, QevmTarget *target, const char *name)
{
    gboolean file = strchr(name, '#') || g_file_test(name, G_FILE_TEST_EXISTS);

    return !file           ? add_shipped(cli, target, name)
           : is_json(name) ? add_known(cli, target, name)
                           : add_stream(cli, target, name);
}

static gboolean
add_all(QevmCli *cli, QevmTarget *target)
{
    for (char **name = cli->options.against; name && *name; name++) {
        if (!add_one(cli, target, *name)) {
            return FALSE;
        }
    }
    return add_nearest(cli, target);
}

QevmTarget *
qevm_cli_target(QevmCli *cli)
{
    const char *like = cli->options.like;
    g_autoptr(QevmTarget) target =
        qevm_target_new(like ? like : cli->options.against[0]);

    return (!like || add_stream(cli, target, like)) && add_all(cli, target)
               ? g_steal_pointer(&target)
               : NULL;
}

QevmTarget *
qevm_cli_target_captured(QevmCli *cli, QevmStream *reference, json_t *facts)
{
    const json_t *qemu = json_object_get(facts, "qemu");
    const char *version = json_string_value(json_object_get(qemu, "version"));
    g_autofree char *name = g_strconcat("QEMU ", version, NULL);
    g_autoptr(QevmTarget) target = qevm_target_new(name);
    g_autoptr(GError) error = NULL;

    qevm_target_add_reference(target, reference);
    if (!qevm_target_set_facts(target, facts, name, &error)) {
        qevm_cli_fail(cli, name, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    return add_all(cli, target) ? g_steal_pointer(&target) : NULL;
}
