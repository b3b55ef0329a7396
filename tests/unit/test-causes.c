/* Unit tests of rewrite/causes.c, and of the file that is shipped. */
#include "rewrite/causes.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#define SHIPPED "schemas/causes.json"

/* ---- files ---- */

static QevmCauses *
load_text(const char *text, GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("qevm-causes-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "c.json", NULL);
    QevmCauses *causes;

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    causes = qevm_causes_load(path, error);
    g_remove(path);
    g_rmdir(folder);
    return causes;
}

#define MESSAGES "\"messages\": [{\"ids\": [\"equal\"], \"means\": \"m\"}]"
#define CAUSE(when)                                                            \
    "{\"qevm-causes\": 1, " MESSAGES ", \"causes\": [{\"name\": \"n\", "       \
    "\"when\": " when ", \"cause\": \"c\", \"remedy\": \"r\", \"source\": "    \
    "\"s\"}]}"

static const struct bad_case {
    const char *path, *text, *message;
} bad_cases[] = {
    { "/bad/json", "{", "line 1: string or '}' expected near end of file" },
    { "/bad/other", "{\"qevm-rules\": 1}", "not a file of causes" },
    { "/bad/version", "{\"qevm-causes\": 2, \"messages\": [], \"causes\": []}",
      "not a file of causes" },
    { "/bad/message",
      "{\"qevm-causes\": 1, \"messages\": [{\"ids\": []}], \"causes\": []}",
      "messages[0]: needs ids and means" },
    { "/bad/extra",
      "{\"qevm-causes\": 1, \"messages\": [{\"ids\": [\"a\"], \"means\": "
      "\"m\", \"x\": 1}], \"causes\": []}",
      "messages[0]: needs ids and means" },
    { "/bad/twice",
      "{\"qevm-causes\": 1, \"messages\": [{\"ids\": [\"a\", \"a\"], "
      "\"means\": \"m\"}], \"causes\": []}",
      "messages[0]: an id is there twice" },
    { "/bad/when", CAUSE("[]"),
      "causes[0]: needs name, when, cause, remedy and source" },
    { "/bad/condition", CAUSE("[{\"section\": \"a\"}]"),
      "causes[0]: a condition is none" },
    { "/bad/argument",
      CAUSE("[{\"message\": \"a\", \"arguments\": {\"b\": 1}}]"),
      "causes[0]: a condition is none" },
};

static void
test_bad(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(GError) error = NULL;

    g_assert_null(load_text(t->text, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED);
    g_assert_true(g_str_has_suffix(error->message, t->message));
}

static void
test_missing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(qevm_causes_load("/nowhere/c.json", &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* ---- what fits ---- */

static const struct fit_case {
    const char *path, *when, *line;
    guint fits;
} fit_cases[] = {
    { "/fit/message", "[{\"message\": \"footer-missing\"}]",
      "Missing section footer for a", 1 },
    { "/fit/other", "[{\"message\": \"footer-id\"}]",
      "Missing section footer for a", 0 },
    { "/fit/one-of", "[{\"message\": [\"equal\", \"footer-missing\"]}]",
      "Missing section footer for a", 1 },
    { "/fit/section",
      "[{\"message\": \"footer-missing\", \"section\": \"*/b\"}]",
      "Missing section footer for 0000:00:01.0/b", 2 },
    { "/fit/not-section",
      "[{\"message\": \"footer-missing\", \"section\": \"*/b\"}]",
      "Missing section footer for a", 0 },
    { "/fit/best-of-two",
      "[{\"message\": \"footer-missing\"}, {\"message\": \"footer-missing\", "
      "\"section\": \"?\"}]",
      "Missing section footer for a", 2 },
    { "/fit/argument",
      "[{\"message\": \"pci-config\", \"arguments\": {\"index\": \"3[0-7]\"}}]",
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0",
      2 },
    { "/fit/not-argument",
      "[{\"message\": \"pci-config\", \"arguments\": {\"index\": \"4\"}}]",
      "get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 "
      "cmask: ff wmask: 0 w1cmask:0",
      0 },
    { "/fit/no-such-argument",
      "[{\"message\": \"footer-missing\", \"arguments\": {\"index\": \"*\"}}]",
      "Missing section footer for a", 0 },
    { "/fit/field", "[{\"message\": \"field\", \"field\": \"pckbd:*\"}]",
      "Failed to load pckbd:kbd", 2 },
    { "/fit/architecture",
      "[{\"message\": \"footer-missing\", \"architecture\": [\"ppc64\"]}]",
      "qemu-system-ppc64: Missing section footer for a", 2 },
    { "/fit/not-architecture",
      "[{\"message\": \"footer-missing\", \"architecture\": [\"ppc64\"]}]",
      "qemu-system-arm: Missing section footer for a", 0 },
    { "/fit/no-architecture",
      "[{\"message\": \"footer-missing\", \"architecture\": [\"ppc64\"]}]",
      "qemu-kvm: Missing section footer for a", 1 },
};

static void
test_fit(gconstpointer data)
{
    const struct fit_case *t = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup_printf(
        "{\"qevm-causes\": 1, " MESSAGES ", \"causes\": [{\"name\": \"n\", "
        "\"when\": %s, \"cause\": \"c\", \"remedy\": \"r\", \"source\": "
        "\"s\"}]}",
        t->when);
    g_autoptr(QevmCauses) causes = load_text(text, &error);
    g_autoptr(QevmLog) log = qevm_log_new();
    g_autoptr(GArray) found = NULL;

    g_assert_no_error(error);
    qevm_log_add(log, t->line);
    qevm_log_end(log);
    found = qevm_causes_of(causes, g_ptr_array_index(log->failures, 0));
    g_assert_cmpuint(found->len, ==, t->fits ? 1 : 0);
    if (t->fits) {
        const QevmKnownCause *c = &g_array_index(found, QevmKnownCause, 0);

        g_assert_cmpuint(c->fits, ==, t->fits);
        g_assert_cmpstr(c->remedy, ==, "r");
    }
}

/* ---- the shipped file ---- */

/* Every message has a meaning. */
static void
test_meanings(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmCauses) causes = qevm_causes_load(SHIPPED, &error);
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);
    const char *next;

    g_assert_no_error(error);
    for (guint i = 0; i < n; i++) {
        if (!qevm_causes_meaning(causes, forms[i].id, &next)) {
            g_error("%s has no meaning", forms[i].id);
        }
    }
    g_assert_null(qevm_causes_meaning(causes, "no-such-id", &next));
    g_assert_null(next);
}

static gboolean
has_argument(const char *id, const char *name)
{
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);

    for (guint i = 0; i < n; i++) {
        g_auto(GStrv) names = qevm_message_names(&forms[i]);

        if (strcmp(forms[i].id, id) == 0 &&
            (!name || g_strv_contains((const char *const *)names, name))) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Of a condition: that its message exists, and has its arguments. */
static void
check_condition(const char *cause, json_t *condition)
{
    json_t *message = json_object_get(condition, "message"), *pattern, *ids;
    const char *name;
    gsize i;

    ids = json_is_string(message) ? json_pack("[O]", message)
                                  : json_incref(message);
    json_array_foreach(ids, i, message)
    {
        const char *id = json_string_value(message);

        if (!has_argument(id, NULL)) {
            g_error("%s: there is no message %s", cause, id);
        }
        json_object_foreach(json_object_get(condition, "arguments"), name,
                            pattern)
        {
            if (!has_argument(id, name)) {
                g_error("%s: %s has no argument %s", cause, id, name);
            }
        }
    }
    json_decref(ids);
}

/* No id and no argument is misspelt, and no name is there twice. */
static void
test_shipped(void)
{
    json_t *json = json_load_file(SHIPPED, JSON_REJECT_DUPLICATES, NULL);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *item, *part;
    gsize i, k;

    json_array_foreach(json_object_get(json, "messages"), i, item)
    {
        json_array_foreach(json_object_get(item, "ids"), k, part)
        {
            if (!has_argument(json_string_value(part), NULL)) {
                g_error("there is no message %s", json_string_value(part));
            }
        }
    }
    json_array_foreach(json_object_get(json, "causes"), i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));

        g_assert_true(g_hash_table_add(names, (char *)(guintptr)name));
        json_array_foreach(json_object_get(item, "when"), k, part)
        {
            check_condition(name, part);
        }
    }
    g_assert_cmpuint(g_hash_table_size(names), >, 60);
    json_decref(json);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_test_add_data_func(bad_cases[i].path, &bad_cases[i], test_bad);
    }
    for (guint i = 0; i < G_N_ELEMENTS(fit_cases); i++) {
        g_test_add_data_func(fit_cases[i].path, &fit_cases[i], test_fit);
    }
    g_test_add_func("/bad/missing", test_missing);
    g_test_add_func("/shipped/meanings", test_meanings);
    g_test_add_func("/shipped/conditions", test_shipped);
    return g_test_run();
}
