/* refusal.c - the lines that a release of QEMU prints about a refused stream.
 *
 * Until 10.1 whoever meets an error prints a line and hands up an errno, so
 * the lines stand in the order of the steps. Since 10.2 errors are handed up:
 * an outer step puts its words before those of the inner one, and all of them
 * are one line. Where a device still asks for nothing but an errno, what was
 * said so far becomes a line of its own (error_report_err()).
 */
#include "rewrite/refusal.h"

#include <errno.h>
#include <string.h>

typedef enum {
    STEP_MESSAGE,
    STEP_FIELD,
    STEP_POST_LOAD,
    STEP_OUTCOME,
} StepKind;

typedef struct {
    StepKind kind;
    QevmMessage *message; /* owned */
    gboolean is_struct;   /* FIELD */
} Step;

struct QevmRefusal {
    GPtrArray *steps; /* Step; owned */
};

static void
step_free(gpointer data)
{
    Step *step = data;

    qevm_message_free(step->message);
    g_free(step);
}

QevmRefusal *
qevm_refusal_new(void)
{
    QevmRefusal *refusal = g_new0(QevmRefusal, 1);

    refusal->steps = g_ptr_array_new_with_free_func(step_free);
    return refusal;
}

void
qevm_refusal_free(QevmRefusal *refusal)
{
    if (refusal) {
        g_ptr_array_unref(refusal->steps);
        g_free(refusal);
    }
}

static Step *
add_step(QevmRefusal *refusal, StepKind kind, const char *id)
{
    Step *step = g_new0(Step, 1);

    step->kind = kind;
    step->message = qevm_message_new(id);
    g_ptr_array_add(refusal->steps, step);
    return step;
}

static void
set_ret(QevmMessage *message, int ret)
{
    qevm_message_set_number(message, "ret", (guint64)(gint64)ret);
}

QevmMessage *
qevm_refusal_add(QevmRefusal *refusal, const char *id)
{
    return add_step(refusal, STEP_MESSAGE, id)->message;
}

void
qevm_refusal_field(QevmRefusal *refusal, const char *vmsd, const char *field,
                   const char *type, int ret)
{
    Step *step = add_step(refusal, STEP_FIELD, "field");

    step->is_struct = !type;
    qevm_message_set_text(step->message, "vmsd", vmsd);
    qevm_message_set_text(step->message, "field", field);
    qevm_message_set_text(step->message, "type", type ? type : "");
    set_ret(step->message, ret);
}

void
qevm_refusal_subsection(QevmRefusal *refusal, const char *subsection,
                        const char *of, int ret)
{
    QevmMessage *message = qevm_refusal_add(refusal, "subsection");

    qevm_message_set_text(message, "subsection", subsection);
    qevm_message_set_text(message, "vmsd", of);
    set_ret(message, ret);
}

void
qevm_refusal_post_load(QevmRefusal *refusal, const char *vmsd, guint32 version,
                       guint32 minimum, int ret)
{
    QevmMessage *message =
        add_step(refusal, STEP_POST_LOAD, "post-load")->message;

    qevm_message_set_text(message, "vmsd", vmsd);
    qevm_message_set_number(message, "version", version);
    qevm_message_set_number(message, "minimum", minimum);
    set_ret(message, ret);
}

void
qevm_refusal_handler(QevmRefusal *refusal, guint32 version, int ret)
{
    QevmMessage *message = qevm_refusal_add(refusal, "handler");

    qevm_message_set_number(message, "version", version);
    set_ret(message, ret);
}

void
qevm_refusal_section(QevmRefusal *refusal, const char *idstr,
                     guint32 instance_id)
{
    QevmMessage *message = qevm_refusal_add(refusal, "device");

    qevm_message_set_text(message, "idstr", idstr);
    qevm_message_set_number(message, "instance", instance_id);
}

void
qevm_refusal_part(QevmRefusal *refusal, guint32 section_id, const char *idstr)
{
    QevmMessage *message = qevm_refusal_add(refusal, "part");

    qevm_message_set_number(message, "section", (guint64)(gint32)section_id);
    qevm_message_set_text(message, "idstr", idstr);
}

void
qevm_refusal_outcome(QevmRefusal *refusal, int ret)
{
    set_ret(add_step(refusal, STEP_OUTCOME, "load-failed")->message, ret);
}

/* ---- the lines ---- */

typedef struct {
    guint release;
    GPtrArray *lines; /* char * */
    char *handed;     /* owned; what was handed up so far; NULL: nothing */
} Said;

static void
say_handed(Said *said)
{
    if (said->handed) {
        g_ptr_array_add(said->lines, g_steal_pointer(&said->handed));
    }
}

static void
say(Said *said, const QevmMessage *message, const char *id)
{
    const QevmMessageForm *form = qevm_message_form(id, said->release);
    QevmMessage other = { .id = id, .arguments = message->arguments };
    g_autofree char *words = qevm_message_format(&other, said->release);

    if (!form) {
        return;
    }
    if (form->link) {
        char *inner = said->handed;

        /* Words that do not go around others replace nothing: they are the
         * first to be handed up. */
        if (!inner || g_str_has_suffix(form->text, ": ")) {
            said->handed = g_strconcat(words, inner ? inner : "", NULL);
            g_free(inner);
        }
    } else if (form->kind == QEVM_MESSAGE_WARNING) {
        g_ptr_array_add(said->lines, g_strconcat("warning: ", words, NULL));
    } else {
        g_ptr_array_add(said->lines, g_steal_pointer(&words));
    }
}

/* Types whose loading hands up an error since 11.0, having a VMStateInfo.load
 * (migration/vmstate-types.c); all others give an errno, which the field then
 * puts into words. */
static gboolean
hands_up(const char *type)
{
    static const char *const types[] = {
        "CPU_Double_U",  "bitmap",     "bool",
        "buffer",        "fd",         "gtree",
        "int16",         "int32",      "int32 equal",
        "int32 le",      "int64",      "int64 equal",
        "int8",          "ptr-marker", "qlist",
        "qtailq",        "tmp",        "uint16",
        "uint16 equal",  "uint32",     "uint32 equal",
        "uint64",        "uint8",      "uint8 equal",
        "unused_buffer",
    };

    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i], type) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static void
say_field(Said *said, const Step *step)
{
    const char *type = qevm_message_text(step->message, "type");
    guint64 ret = 0;

    say(said, step->message, "field");
    qevm_message_number(step->message, "ret", &ret);
    if (step->is_struct || ret == 0 || said->release < 1002 ||
        (said->release >= 1100 && hands_up(type))) {
        return;
    }
    say_handed(said);
    say(said, step->message, "element");
}

/* Since 11.0 everything that vmstate_load_vmsd() refuses is EINVAL in the end
 * (migration/vmstate.c:vmstate_load_state()), whatever it was before. */
static gboolean
forgets_number(const QevmRefusal *refusal, guint release)
{
    for (guint i = 0; release >= 1100 && i < refusal->steps->len; i++) {
        const Step *step = g_ptr_array_index(refusal->steps, i);
        guint n;
        const QevmMessageForm *forms = qevm_message_forms(&n);

        for (guint k = 0; k < n; k++) {
            if (strcmp(forms[k].id, step->message->id) == 0 &&
                g_str_has_prefix(forms[k].source, "migration/vmstate")) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

static void
say_outcome(Said *said, const QevmRefusal *refusal, const Step *step)
{
    guint64 ret = 0;
    int number;
    const char *error;
    g_autofree char *other = NULL;

    qevm_message_number(step->message, "ret", &ret);
    number = forgets_number(refusal, said->release) ? EINVAL : -(int)ret;
    error = qevm_message_strerror(number);
    other = g_strdup_printf("Unknown error %d", number);
    qevm_message_set_text(step->message, "error", error ? error : other);
    say(said, step->message, step->message->id);
}

char **
qevm_refusal_lines(const QevmRefusal *refusal, guint release)
{
    Said said = { .release = release, .lines = g_ptr_array_new() };

    for (guint i = 0; i < refusal->steps->len; i++) {
        const Step *step = g_ptr_array_index(refusal->steps, i);

        switch (step->kind) {
        case STEP_FIELD:
            say_field(&said, step);
            break;
        case STEP_POST_LOAD:
            say(&said, step->message,
                said.handed ? "post-load-because" : "post-load");
            break;
        case STEP_OUTCOME:
            say_outcome(&said, refusal, step);
            break;
        case STEP_MESSAGE:
            say(&said, step->message, step->message->id);
            break;
        }
    }
    say_handed(&said);
    g_ptr_array_add(said.lines, NULL);
    return (char **)g_ptr_array_free(said.lines, FALSE);
}
