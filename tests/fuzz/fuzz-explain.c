/* fuzz-explain.c - any bytes as a log: each line is read, in bounded time, and
 * a message that was read says the same when its release writes it again.
 */
#include "rewrite/failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
fail(const char *what, const char *text)
{
    fprintf(stderr, "fuzz-explain: %s: %s\n", what, text);
    abort();
}

/* Numbers with zeros in front, and the like, are written otherwise; they mean
 * the same. Text of several arguments can be cut in other places. */
static void
check_message(const QevmMessage *message)
{
    g_autofree char *words = qevm_message_format(message, message->form->from);
    g_autoptr(QevmMessageLine) again = NULL;

    if (!words) {
        fail("no words in a release of its own", message->id);
    }
    again = qevm_message_parse(words);
    if (*words && !message->form->link && again->messages->len == 0) {
        fail("its own words are not understood", words);
    }
}

static void
check_failure(const QevmFailure *failure)
{
    g_autoptr(GPtrArray) places G_GNUC_UNUSED = qevm_failure_places(failure);
    guint i;

    if (failure->messages->len == 0 || failure->lines->len == 0 ||
        !g_ptr_array_find(failure->messages, failure->cause, &i)) {
        fail("a failure of nothing", "");
    }
    for (i = 0; i < failure->messages->len; i++) {
        check_message(g_ptr_array_index(failure->messages, i));
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(QevmLog) log = qevm_log_new();

    for (guint i = 0; lines[i]; i++) {
        qevm_log_add(log, lines[i]);
    }
    qevm_log_end(log);
    if (log->open || log->unknown->len > 20) {
        fail("more is kept than should be", "");
    }
    for (guint i = 0; i < log->failures->len; i++) {
        check_failure(g_ptr_array_index(log->failures, i));
    }
    return 0;
}
