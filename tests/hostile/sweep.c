/* sweep.c - streams cut short and with bytes changed, one input at a time.
 *
 *   sweep [-j JOBS] [-c CUTS] [-f FLIPS] [-s SEED] [-t SECONDS] [--strip]
 *         [-k DIR] STREAM...
 *
 * Every input must end in an error or in a stream, within two seconds of CPU
 * time and, where no sanitizer has the memory, 64 MiB and the device state,
 * which is at most the input; and what is accepted must come out as it went
 * in; see exercise.h.
 * Inputs are taken from a list by several processes, so that one that crashes
 * does not take the others along; its input is kept in DIR. With -t, streams
 * are taken in turn, all of them once and then with other seeds, until the time
 * is over. Output is TAP, a line for each stream.
 */
#define _GNU_SOURCE
#include "tests/hostile/exercise.h"
#include "tests/hostile/meter.h"
#include "tests/hostile/pages.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 64
#define SECONDS_MAX 2   /* of CPU time, for one input */
#define CRASHES_MAX 20  /* then it is no use to go on */
#define WALK_EACH 2     /* so many are walked, too */
#define CLOSE_EACH 4    /* so many are looked at closely, and emitted */
#define REWRITE_EACH 12 /* rules are tried on so many */
#define PAGES_EACH 3    /* the pages of so many are taken out */
#define CHUNK 50        /* inputs that a process takes at a time */

static gint jobs = 1, cuts = 500, flips = 2000, seed = 1, seconds;
static gboolean strip;
static char *keep = NULL;
static const GOptionEntry options[] = {
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "processes", "N" },
    { "cuts", 'c', 0, G_OPTION_ARG_INT, &cuts, "cuts of a stream", "N" },
    { "flips", 'f', 0, G_OPTION_ARG_INT, &flips, "changed bytes", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT, &seed, "of all choices", "N" },
    { "time", 't', 0, G_OPTION_ARG_INT, &seconds, "go on so long", "SECONDS" },
    { "strip", 0, 0, G_OPTION_ARG_NONE, &strip, "leave RAM pages out", NULL },
    { "keep", 'k', 0, G_OPTION_ARG_FILENAME, &keep, "for bad inputs", "DIR" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
};

/* What the processes share. */
typedef struct {
    gint next;       /* input that nobody took yet */
    gint results[3]; /* by ExerciseResult */
    gint rewritten;
    gint slowest; /* in milliseconds */
    gint largest; /* in KiB of memory */
    struct {
        gint input, last; /* being worked on, and the end of the chunk */
    } worker[JOBS_MAX];
} Shared;
static Shared *shared;

/* ---- inputs ---- */

typedef struct {
    char *name;
    GBytes *bytes;
    GArray *structure; /* guint64: offsets worth more attention */
} Stream;

/* Where a wrong byte hurts most: heads, names, footers, the description. */
static void
find_structure(Stream *s)
{
    g_autoptr(QevmStream) stream =
        exercise_open(s->bytes, QEVM_OPEN_WALK, NULL);

    s->structure = g_array_new(FALSE, FALSE, sizeof(guint64));
    for (guint i = 0; stream && i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);
        guint64 head = MIN(r->size, 40), foot = r->offset + r->size;

        for (guint64 k = 0; k < head; k++) {
            guint64 at = r->offset + k;

            g_array_append_val(s->structure, at);
        }
        for (guint64 k = 1; k <= MIN(r->size, 6); k++) {
            guint64 at = foot - k;

            g_array_append_val(s->structure, at);
        }
    }
}

/* A stream without its pages, as `qevm strip` makes it. */
static GBytes *
without_pages(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = exercise_open(bytes, 0, NULL);
    QevmEdit *edit = stream ? qevm_edit_new(stream) : NULL;
    int fd = memfd_create("stripped", MFD_CLOEXEC);
    GBytes *stripped = NULL;

    if (edit && !stream->error) {
        edit->live->drop_all_pages = TRUE;
        if (qevm_emit_fd(edit, fd, FALSE, NULL, NULL, &error)) {
            off_t size = lseek(fd, 0, SEEK_END);
            char *data = g_malloc((gsize)size + 1);

            if (pread(fd, data, (gsize)size, 0) == size) {
                stripped =
                    g_bytes_new_take(g_steal_pointer(&data), (gsize)size);
            }
            g_free(data);
        }
    }
    qevm_edit_free(edit);
    close(fd);
    return stripped ? stripped : g_bytes_ref(bytes);
}

static gboolean
load(const char *file, Stream *s, GError **error)
{
    char *text;
    gsize size;

    if (!g_file_get_contents(file, &text, &size, error)) {
        return FALSE;
    }
    s->name = g_path_get_basename(file);
    s->bytes = g_bytes_new_take(text, size);
    if (strip) {
        GBytes *stripped = without_pages(s->bytes);

        g_bytes_unref(s->bytes);
        s->bytes = stripped;
    }
    find_structure(s);
    return TRUE;
}

static void
unload(Stream *s)
{
    g_clear_pointer(&s->name, g_free);
    g_clear_pointer(&s->bytes, g_bytes_unref);
    g_clear_pointer(&s->structure, g_array_unref);
}

/* A place in the stream: every other one where there is structure, one in
 * four in its last tenth, where the description is. */
static guint64
choose_place(const Stream *s, GRand *rand)
{
    guint64 size = g_bytes_get_size(s->bytes);
    guint32 kind = g_rand_int(rand) % 4;

    if (kind < 2 && s->structure->len) {
        return g_array_index(s->structure, guint64,
                             g_rand_int(rand) % s->structure->len);
    }
    if (kind == 2) {
        return size - 1 - g_rand_int(rand) % (size / 10 + 1);
    }
    return g_rand_int(rand) % size;
}

static guint8
choose_byte(guint8 old, GRand *rand)
{
    static const guint8 telling[] = { 0,    1,   2,    3,    4,    5,    6,
                                      7,    8,   0x10, 0x20, 0x7e, 0x7f, 0x80,
                                      0xff, '"', '{',  '}',  '[',  ']',  ',',
                                      ':',  '0', '9',  '-',  '\\' };
    guint8 byte = old;

    while (byte == old) {
        switch (g_rand_int(rand) % 4) {
        case 0:
            byte = telling[g_rand_int(rand) % G_N_ELEMENTS(telling)];
            break;
        case 1:
            byte = (guint8)(old + (g_rand_int(rand) % 2 ? 1 : 255));
            break;
        case 2:
            byte = old ^ (guint8)(1 << g_rand_int(rand) % 8);
            break;
        default:
            byte = (guint8)g_rand_int(rand);
        }
    }
    return byte;
}

/* Spread evenly, so that what is tried on one input in so many sees both. */
static gboolean
is_cut(gint index)
{
    gint64 total = cuts + flips;

    return index * (gint64)cuts / total != (index + 1) * (gint64)cuts / total;
}

/* Input `index` of a stream; *what (owned) says what was done to it. */
static GBytes *
make_input(const Stream *s, gint index, char **what)
{
    const guint32 seeds[] = { (guint32)seed, (guint32)index,
                              g_str_hash(s->name) };
    GRand *rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
    guint64 at = choose_place(s, rand);
    gsize size;
    const guint8 *data = g_bytes_get_data(s->bytes, &size);
    guint8 *copy;
    GBytes *input;

    if (is_cut(index)) {
        *what = g_strdup_printf("cut at 0x%" G_GINT64_MODIFIER "x", at);
        /* Memory of its own, so that a read past the end is seen. */
        input = g_bytes_new(data, at);
    } else {
        copy = g_memdup2(data, size);
        copy[at] = choose_byte(copy[at], rand);
        *what =
            g_strdup_printf("0x%02x at 0x%" G_GINT64_MODIFIER "x made 0x%02x",
                            data[at], at, copy[at]);
        input = g_bytes_new_take(copy, size);
    }
    g_rand_free(rand);
    return input;
}

/* ---- one process ---- */

/* Something of each kind, for any stream. */
static const char *const rules_texts[] = {
    "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"set\", \"optional\": true,"
    " \"at\": \"configuration//name\", \"value\": \"none\"}, {\"op\":"
    " \"add-subsection\", \"at\": \"cpu_common@*\", \"to\":"
    " \"cpu_common/new\", \"version\": 1, \"optional\": true, \"fields\":"
    " [{\"name\": \"x\", \"type\": \"uint32\", \"value\": 5}]}]}",
    "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"rename-ram-block\","
    " \"optional\": true, \"at\": \"*.ram\", \"to\": \"ram0\"},"
    " {\"op\": \"drop-section\", \"at\": \"timer\", \"optional\": true}]}",
    "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"set-footers\", \"value\":"
    " true}, {\"op\": \"add-field\", \"at\": \"timer\", \"optional\": true,"
    " \"name\": \"more\", \"type\": \"uint8\"}]}",
    "{\"qevm-rules\": 1, \"rules\": [{\"op\": \"drop-ram-pages\", \"at\":"
    " \"*\", \"optional\": true}, {\"op\": \"strip-subsection\", \"at\":"
    " \"*@*//{*}\", \"optional\": true}]}",
};
static QevmRules *rules[G_N_ELEMENTS(rules_texts)];

static void
parse_rules(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules_texts); i++) {
        g_autoptr(GError) error = NULL;

        rules[i] = qevm_rules_parse(rules_texts[i], strlen(rules_texts[i]),
                                    "rules", &error);
        if (!rules[i]) {
            g_error("%s", error->message);
        }
    }
}

/* SIGPROF comes after so much CPU time, and ends the process. */
static void
start_clock(void)
{
    struct itimerval limit = { .it_value.tv_sec = SECONDS_MAX };

    setitimer(ITIMER_PROF, &limit, NULL);
}

static void
stop_clock(void)
{
    struct itimerval left;
    const struct itimerval none = { 0 };
    gint ms;

    getitimer(ITIMER_PROF, &left);
    setitimer(ITIMER_PROF, &none, NULL);
    ms = SECONDS_MAX * 1000 -
         (gint)(left.it_value.tv_sec * 1000 + left.it_value.tv_usec / 1000);
    if (ms > g_atomic_int_get(&shared->slowest)) {
        g_atomic_int_set(&shared->slowest, ms);
    }
}

static void
check_memory(gsize size, gsize copies)
{
    gsize peak = meter_peak();

    if (peak > METER_MAX + copies * size) {
        exercise_fail("%zu bytes, and %zu bytes of memory", size, peak);
    }
    if (peak / 1024 > (gsize)g_atomic_int_get(&shared->largest)) {
        g_atomic_int_set(&shared->largest, (gint)(peak / 1024));
    }
}

static void
run_input(const Stream *s, gint index)
{
    g_autofree char *what = NULL;
    g_autoptr(GBytes) input = make_input(s, index, &what);
    gsize size = g_bytes_get_size(input);
    ExerciseResult found, walked = EXERCISE_SOUND;

    meter_start();
    start_clock();
    found = exercise_parse(
        input, 0, index % CLOSE_EACH == 0 ? EXERCISE_ALL : EXERCISE_FINDINGS);
    stop_clock();
    if (index % WALK_EACH == 0) {
        start_clock();
        walked = exercise_parse(input, QEVM_OPEN_WALK,
                                index % CLOSE_EACH == 2 ? EXERCISE_ALL
                                                        : EXERCISE_RECORDS);
        stop_clock();
    }
    check_memory(size, METER_COPIES_READING);
    g_atomic_int_inc(&shared->results[MIN(found, walked)]);
    if (index % PAGES_EACH == 0) {
        start_clock();
        exercise_pages(input);
        stop_clock();
    }
    if (index % REWRITE_EACH == 0 && MIN(found, walked) == EXERCISE_SOUND) {
        const QevmRules *set =
            rules[index / REWRITE_EACH % (gint)G_N_ELEMENTS(rules)];
        g_auto(ExerciseRewrite) r = { 0 };

        meter_start();
        exercise_apply(input, set);
        check_memory(size, METER_COPIES_REWRITING);
        exercise_rewrite(input, set, &r);
        g_atomic_int_add(&shared->rewritten, r.result != NULL);
    }
}

static void
work(const Stream *s, gint number, gint inputs)
{
    for (;;) {
        gint first = shared->worker[number].input + 1;
        gint last = shared->worker[number].last;

        if (first >= last) {
            first = g_atomic_int_add(&shared->next, CHUNK);
            last = MIN(first + CHUNK, inputs);
        }
        if (first >= inputs) {
            shared->worker[number].input = inputs;
            return;
        }
        shared->worker[number].last = last;
        for (gint i = first; i < last; i++) {
            shared->worker[number].input = i;
            run_input(s, i);
        }
    }
}

static pid_t
start(const Stream *s, gint number, gint inputs)
{
    pid_t pid;

    fflush(stdout); /* else the child would write it, too */
    pid = fork();

    if (pid < 0) {
        g_error("fork: %s", g_strerror(errno));
    }
    if (pid == 0) {
        work(s, number, inputs);
        exit(0);
    }
    return pid;
}

/* ---- all of them ---- */

static void
report_crash(const Stream *s, gint index, int status)
{
    g_autofree char *what = NULL, *file = NULL;
    g_autoptr(GBytes) input = make_input(s, index, &what);
    g_autofree char *name =
        g_strdup_printf("bad-%s-%d-%d", s->name, seed, index);
    gsize size;
    const char *data = g_bytes_get_data(input, &size);

    file = g_build_filename(keep ? keep : g_get_tmp_dir(), name, NULL);
    if (!g_file_set_contents(file, data, (gssize)size, NULL)) {
        g_clear_pointer(&file, g_free);
    }
    printf("# %s: %s: %s %d; the input is %s\n", s->name, what,
           WIFSIGNALED(status) ? "signal" : "exit code",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
           file ? file : "lost");
}

/* Returns how many inputs were bad. */
static guint
sweep(const Stream *s, gint inputs)
{
    pid_t pids[JOBS_MAX];
    guint crashes = 0;
    gint running = 0;

    memset(shared, 0, sizeof *shared);
    for (gint i = 0; i < jobs; i++, running++) {
        shared->worker[i].input = -1;
        pids[i] = start(s, i, inputs);
    }
    while (running > 0) {
        int status, i = 0;
        pid_t pid = waitpid(-1, &status, 0);

        if (pid < 0) {
            g_error("waitpid: %s", g_strerror(errno));
        }
        while (i < jobs && pids[i] != pid) {
            i++;
        }
        g_assert(i < jobs);
        if (status == 0 && shared->worker[i].input >= inputs) {
            running--;
            continue;
        }
        report_crash(s, shared->worker[i].input, status);
        if (++crashes >= CRASHES_MAX) {
            shared->next = inputs;
            shared->worker[i].last = 0;
        }
        pids[i] = start(s, i, inputs);
    }
    return crashes;
}

static gboolean
sweep_file(const char *file, gint number)
{
    Stream s = { 0 };
    g_autoptr(GError) error = NULL;
    guint crashes;
    gint inputs = cuts + flips;

    if (!load(file, &s, &error)) {
        printf("not ok %d - %s\n", number, error->message);
        return FALSE;
    }
    crashes = sweep(&s, inputs);
    printf("%sok %d - %s: %d inputs, %d accepted, %d broken, %d refused, "
           "%d rewritten, slowest %d ms, largest %d KiB\n",
           crashes ? "not " : "", number, s.name, inputs,
           shared->results[EXERCISE_SOUND], shared->results[EXERCISE_BROKEN],
           shared->results[EXERCISE_REFUSED], shared->rewritten,
           shared->slowest, shared->largest);
    unload(&s);
    return crashes == 0;
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("STREAM...");
    g_autoptr(GError) error = NULL;
    gint64 end;
    gint number = 0;
    gboolean ok = TRUE;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 2 ||
        jobs < 1 || jobs > JOBS_MAX || cuts < 0 || flips < 0) {
        fprintf(stderr, "sweep: %s\n", error ? error->message : "no streams");
        return 2;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        g_error("mmap: %s", g_strerror(errno));
    }
    parse_rules();
    end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    while (number < argc - 1 || g_get_monotonic_time() < end) {
        ok &= sweep_file(argv[1 + number % (argc - 1)], number + 1);
        if (++number % (argc - 1) == 0) {
            seed++;
        }
    }
    printf("1..%d\n", number);
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        qevm_rules_free(rules[i]);
    }
    return ok ? 0 : 1;
}
