/* shell-line.c - the shell on a terminal: its prompt, lines, history. */
#include "cli/shell.h"
#include "parser/value.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#define HISTORY_MAX 1000

/* Readline calls back without saying for whom. */
static QevmShell *completing;
static GPtrArray *candidates;
static gsize skip; /* how much of each stands in front of what it replaces */
static guint next;

/* ---- completion ---- */

static char *
next_candidate(const char *text, int state)
{
    (void)text;
    next = state == 0 ? 0 : next;
    if (next >= candidates->len) {
        return NULL;
    }
    return strdup((const char *)g_ptr_array_index(candidates, next++) + skip);
}

/* For readline, words end at any blank; ours know quotes. */
static char **
complete(const char *text, int start, int end)
{
    g_autofree char *line = g_strndup(rl_line_buffer, (gsize)end);
    gsize from;
    char **matches;

    candidates = qevm_shell_complete(completing, line, &from);
    skip = (gsize)start - from;
    matches = rl_completion_matches(text, next_candidate);
    rl_attempted_completion_over = 1;
    if (candidates->len == 1 &&
        g_str_has_suffix(g_ptr_array_index(candidates, 0), "/")) {
        rl_completion_suppress_append = 1;
    }
    g_clear_pointer(&candidates, g_ptr_array_unref);
    return matches;
}

/* ---- interrupts ---- */

/* ^C takes the line away, not the shell. A byte in a pipe tells of it, since a
 * signal that comes right before a read would not end that. */
static int wake[2];

static void
note_interrupt(int number)
{
    int error = errno;

    (void)number;
    (void)!write(wake[1], "", 1);
    errno = error;
}

/* Once readline has its own handlers. */
static int
catch_interrupts(void)
{
    struct sigaction ours = { .sa_handler = note_interrupt };

    sigaction(SIGINT, &ours, NULL);
    return 0;
}

static void
drop_line(void)
{
    char bytes[16];

    while (read(wake[0], bytes, sizeof(bytes)) > 0) {
        continue;
    }
    rl_echo_signal_char(SIGINT);
    rl_crlf();
    rl_replace_line("", 1);
    rl_on_new_line();
    rl_redisplay();
}

static int
read_key(FILE *in)
{
    struct pollfd ends[] = { { .fd = fileno(in), .events = POLLIN },
                             { .fd = wake[0], .events = POLLIN } };

    for (;;) {
        if (poll(ends, G_N_ELEMENTS(ends), -1) < 0) {
            if (errno != EINTR) {
                return EOF;
            }
            rl_check_signals();
        } else if (ends[1].revents) {
            drop_line();
        } else if (ends[0].revents) {
            return rl_getc(in);
        }
    }
}

static char *
read_line(const char *prompt)
{
    struct sigaction before;
    char *line;

    sigaction(SIGINT, NULL, &before);
    line = readline(prompt);
    sigaction(SIGINT, &before, NULL);
    return line;
}

/* ---- history ---- */

/* In XDG_STATE_HOME. Owned. NULL: none is kept. */
static char *
history_file(void)
{
    g_autofree char *folder =
        g_build_filename(g_get_user_state_dir(), "qevm", NULL);
    g_autofree char *file = g_build_filename(folder, "history", NULL);
    int fd;

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        return NULL;
    }
    fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return NULL;
    }
    close(fd);
    return g_steal_pointer(&file);
}

/* FALSE: it is the line before, again. */
static gboolean
remember(const char *line)
{
    const HIST_ENTRY *last = history_get(history_base + history_length - 1);

    if (!*line || (last && strcmp(last->line, line) == 0)) {
        return FALSE;
    }
    add_history(line);
    return TRUE;
}

static void
save_history(const char *file, int lines)
{
    if (file && lines && append_history(lines, file) == 0) {
        (void)history_truncate_file(file, HISTORY_MAX);
    }
}

/* ---- the terminal ---- */

/* NAME, a star if something is not written, where we are. Owned. */
static char *
prompt(const QevmShell *shell)
{
    const QevmShellFile *file = shell->at;
    g_autofree char *base = g_path_get_basename(file->name);
    g_autofree char *name = qevm_printable(base);

    return g_strdup_printf("%s%s%s%s> ", name,
                           qevm_shell_file_unsaved(file) ? "*" : "",
                           *file->place ? " " : "", file->place);
}

/* Behind the end of the input; with bracketed paste readline does it. */
static void
end_line(void)
{
    if (strcmp(rl_variable_value("enable-bracketed-paste"), "on") != 0) {
        fprintf(rl_outstream, "\n");
        fflush(rl_outstream);
    }
}

/* May we leave, with what was not written? The end of the input is a yes. */
static gboolean
may_leave(const QevmShell *shell)
{
    for (guint i = 0; i < shell->files->len; i++) {
        const QevmShellFile *file = g_ptr_array_index(shell->files, i);
        g_autofree char *name = qevm_printable(file->name);
        g_autofree char *question = NULL;
        char *answer;
        gboolean yes;

        if (!qevm_shell_file_unsaved(file)) {
            continue;
        }
        question = g_strdup_printf("%s was changed and not written. Leave all "
                                   "the same? [y/N] ",
                                   name);
        answer = read_line(question);
        yes = !answer || answer[0] == 'y' || answer[0] == 'Y';
        if (!answer) {
            end_line();
        }
        free(answer);
        if (!yes) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
set_up_readline(QevmShell *shell, GError **error)
{
    static char blanks[] = " \t\n";

    if (!g_unix_open_pipe(wake, FD_CLOEXEC, error) ||
        !g_unix_set_fd_nonblocking(wake[0], TRUE, error) ||
        !g_unix_set_fd_nonblocking(wake[1], TRUE, error)) {
        return FALSE;
    }

    completing = shell;
    rl_readline_name = "qevm";
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = blanks;
    rl_basic_quote_characters = "";
    rl_completer_quote_characters = "";
    rl_pre_input_hook = catch_interrupts;
    rl_getc_function = read_key;
    if (!isatty(STDOUT_FILENO)) {
        rl_outstream = stderr;
    }
    return TRUE;
}

int
qevm_shell_terminal(QevmShell *shell)
{
    g_autofree char *file = history_file();
    g_autoptr(GError) error = NULL;
    int lines = 0;

    if (!set_up_readline(shell, &error)) {
        return qevm_cli_fail(shell->cli, NULL, error, QEVM_EXIT_SYSTEM);
    }
    if (file) {
        (void)read_history(file);
        stifle_history(HISTORY_MAX);
    }
    while (!shell->quit) {
        g_autofree char *text = prompt(shell);
        char *line = read_line(text);

        if (!line) {
            end_line();
            shell->quit = TRUE;
        } else {
            lines += remember(line);
            (void)qevm_shell_line(shell, line);
            free(line);
        }
        shell->quit = shell->quit && may_leave(shell);
    }
    save_history(file, lines);
    return QEVM_EXIT_OK;
}
