/* target.c - the destination that a command line names with --against. */
#include "cli/target.h"

#include <stdlib.h>
#include <string.h>

#include "cli/container.h"
#include "cli/schemas.h"
#include "parser/json-text.h"

#define SHIPPED_SUFFIX ".json.gz"
#define ANY_ARCHITECTURE "aarch64" /* has most devices */

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

/* A dump, under a name that users know. NULL: it was said why. */
static QevmKnown *
load_known(QevmCli *cli, const char *path, const char *name)
{
    g_autoptr(GError) error = NULL;
    QevmKnown *known = qevm_known_load(path, &error);

    if (!known) {
        qevm_cli_fail(cli, path, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    g_free(known->name);
    known->name = g_strdup(name);
    return known;
}

static gboolean
add_known(QevmCli *cli, QevmTarget *target, const char *path, const char *name)
{
    QevmKnown *known = load_known(cli, path, name);

    if (known) {
        qevm_target_add_known(target, known);
    }
    return known != NULL;
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
            !add_known(cli, target, path, names[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The file of a shipped target. NULL: it was said that there is none. */
static char *
find_shipped(QevmCli *cli, const char *name)
{
    g_autofree char *path = shipped_path(name);
    g_autofree char *folder = g_path_get_dirname(name);

    if (!release_of(folder) || !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_autoptr(GError) error =
            g_error_new(QEVM_ERROR, QEVM_ERROR_PATH,
                        "no such file, and no target of that name is shipped; "
                        "\"qevm target list\" lists those that are");

        qevm_cli_fail(cli, name, error, QEVM_EXIT_INPUT);
        return NULL;
    }
    return g_steal_pointer(&path);
}

static gboolean
add_shipped(QevmCli *cli, QevmTarget *target, const char *name)
{
    g_autofree char *path = find_shipped(cli, name);
    g_autofree char *folder = g_path_get_dirname(name);

    if (!path) {
        return FALSE;
    }
    qevm_target_set_release(target, release_of(folder));
    return add_release(cli, target, name);
}

gboolean
qevm_cli_facts(QevmCli *cli, const char *path, json_t **facts)
{
    g_autofree char *beside = g_strconcat(path, QEVM_TARGET_SUFFIX, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize len;

    *facts = NULL;
    if (!g_file_test(beside, G_FILE_TEST_EXISTS)) {
        return TRUE;
    }
    *facts =
        g_file_get_contents(beside, &text, &len, &error)
            ? qevm_json_text(text, len, beside, QEVM_ERROR_MALFORMED, &error)
            : NULL;
    if (!*facts) {
        qevm_cli_fail(cli, beside, error, QEVM_EXIT_INPUT);
    }
    return *facts != NULL;
}

/* Of the first reference they count. */
static gboolean
add_facts(QevmCli *cli, QevmTarget *target, const char *path)
{
    g_autofree char *beside = g_strconcat(path, QEVM_TARGET_SUFFIX, NULL);
    g_autoptr(GError) error = NULL;
    json_t *facts = NULL;

    if (target->references->len > 1) {
        return TRUE;
    }
    if (!qevm_cli_facts(cli, path, &facts)) {
        return FALSE;
    }
    if (facts && !qevm_target_set_facts(target, facts, beside, &error)) {
        qevm_cli_fail(cli, beside, error, QEVM_EXIT_INPUT);
    }
    json_decref(facts);
    return !error;
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

/* ---- what is shipped ---- */

static gint
by_release(gconstpointer a, gconstpointer b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    g_autofree char *at_x = g_path_get_dirname(x);
    g_autofree char *at_y = g_path_get_dirname(y);
    guint r = release_of(at_x), s = release_of(at_y);

    return r == s ? strcmp(x, y) : r < s ? -1 : 1;
}

/* Of a release; what goes with a dump is no target. */
static void
add_shipped_names(GPtrArray *names, const char *folder, const char *release)
{
    g_autofree char *path = g_build_filename(folder, release, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *file;

    while (dir && (file = g_dir_read_name(dir))) {
        if (g_str_has_suffix(file, SHIPPED_SUFFIX) &&
            !g_str_has_suffix(file, "sources" SHIPPED_SUFFIX)) {
            g_ptr_array_add(
                names, g_strdup_printf(
                           "%s/%.*s", release,
                           (int)(strlen(file) - strlen(SHIPPED_SUFFIX)), file));
        }
    }
}

GPtrArray *
qevm_cli_shipped(void)
{
    g_autofree char *folder = qevm_schemas_folder("targets");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *release;

    while (dir && (release = g_dir_read_name(dir))) {
        if (release_of(release)) {
            add_shipped_names(names, folder, release);
        }
    }
    g_ptr_array_sort(names, by_release);
    return names;
}

QevmCompat *
qevm_cli_compat(const char *architecture, GError **error)
{
    static const char nothing[] = "{\"qevm-compat\": 1, \"machines\": {}}";
    g_autofree char *folder = qevm_schemas_folder("machines");
    g_autofree char *file = g_strconcat(architecture, SHIPPED_SUFFIX, NULL);
    g_autofree char *path = g_build_filename(folder, "compat", file, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS)
               ? qevm_compat_load(path, error)
               : qevm_compat_parse(nothing, strlen(nothing), path, error);
}

QevmHints *
qevm_cli_hints(GError **error)
{
    g_autofree char *folder = qevm_schemas_folder("rules");
    g_autofree char *path = g_build_filename(folder, "hints.json", NULL);

    return qevm_hints_load(path, error);
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
add_version(QevmCli *cli, QevmTarget *target, guint release,
            const char *architecture)
{
    g_autofree char *name = g_strdup_printf("qemu-%u.%u/%s", release / 100,
                                            release % 100, architecture);

    return add_release(cli, target, name);
}

static gboolean
add_nearest(QevmCli *cli, QevmTarget *target, const char *architecture)
{
    guint below, above;

    if (!architecture || !target->release || has_shipped(target)) {
        return TRUE;
    }
    nearest(target->release, architecture, &below, &above);
    return (!below || add_version(cli, target, below, architecture)) &&
           (!above || above == below ||
            add_version(cli, target, above, architecture));
}

static gboolean
add_one(QevmCli *cli, QevmTarget *target, const char *name)
{
    gboolean file = strchr(name, '#') || g_file_test(name, G_FILE_TEST_EXISTS);

    return !file           ? add_shipped(cli, target, name)
           : is_json(name) ? add_known(cli, target, name, name)
                           : add_stream(cli, target, name);
}

static gboolean
add_all(QevmCli *cli, QevmTarget *target)
{
    QevmStream *reference;

    for (char **name = cli->options.against; name && *name; name++) {
        if (!add_one(cli, target, *name)) {
            return FALSE;
        }
    }
    reference = qevm_target_reference(target);
    return add_nearest(cli, target,
                       reference ? qevm_stream_architecture(reference) : NULL);
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

/* Conditions are those of the devices' own code, so that where nothing is
 * shipped for an architecture, another one will do, near and newest. */
static gboolean
add_any(QevmCli *cli, QevmTarget *target)
{
    guint newest, above;

    if (target->known->len) {
        return TRUE;
    }
    nearest(G_MAXUINT, ANY_ARCHITECTURE, &newest, &above);
    return add_nearest(cli, target, ANY_ARCHITECTURE) &&
           (!newest || add_version(cli, target, newest, ANY_ARCHITECTURE));
}

static QevmKnown *
known_of_stream(QevmCli *cli, const char *name)
{
    g_autoptr(QevmTarget) target = qevm_target_new(name);
    QevmStream *stream;

    if (!add_stream(cli, target, name)) {
        return NULL;
    }
    stream = qevm_target_reference(target);
    return add_nearest(cli, target, qevm_stream_architecture(stream)) &&
                   add_any(cli, target)
               ? qevm_known_of_stream(stream, name, target->known)
               : NULL;
}

QevmKnown *
qevm_cli_known(QevmCli *cli, const char *name)
{
    g_autofree char *shipped = NULL;

    if (strcmp(name, "-") == 0) {
        return known_of_stream(cli, name);
    }
    if (!g_file_test(name, G_FILE_TEST_EXISTS)) {
        shipped = find_shipped(cli, name);
        return shipped ? load_known(cli, shipped, name) : NULL;
    }
    return is_json(name) ? load_known(cli, name, name)
                         : known_of_stream(cli, name);
}
