/* fuzz-rewrite.c - any bytes as rules and a stream: what the rules make of the
 * stream reads back, and a pipe makes the same of it as a file.
 *
 * The input is a rules file with a stream behind it, as `cat RULES STREAM`
 * makes it; the stream starts where its magic and version first stand.
 */
#include "tests/hostile/exercise.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static const guint8 magic[8] = { 'Q', 'E', 'V', 'M', 0, 0, 0, 3 };

/* Room that rules add to RAM is written out, page by page; and a fuzzer does
 * not open files. */
#define LENGTH_MAX (16 * 1024 * 1024)

static gboolean
is_small(const QevmRules *rules)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        const QevmRule *rule = g_ptr_array_index(rules->rules, i);

        if (rule->length > LENGTH_MAX || rule->file) {
            return FALSE;
        }
    }
    return TRUE;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    const guint8 *stream = memmem(data, size, magic, sizeof magic);
    gsize text = stream ? (gsize)(stream - data) : size;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules =
        qevm_rules_parse((const char *)data, text, "rules", &error);
    g_autoptr(GBytes) bytes = g_bytes_new(data + text, size - text);
    g_auto(ExerciseRewrite) result = { 0 };

    if (!rules && !error) {
        exercise_fail("rules: no error");
    }
    if (rules && is_small(rules)) {
        exercise_rewrite(bytes, rules, &result);
    }
    return 0;
}
