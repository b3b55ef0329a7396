#include "parser/source.h"

#include "parser/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BUFFER (256 * 1024)

/* One piece of a PIECES source, or one kept range of a PIPE. */
typedef struct {
    guint64 start; /* where it stands in this source */
    guint64 size;
    GBytes *bytes;    /* PIECES: ours, or NULL */
    QevmSource *of;   /* PIECES: an extent of that one; neither: zeros */
    guint64 offset;   /* ... from there */
    GByteArray *kept; /* PIPE */
} Piece;

typedef enum { KIND_FILE, KIND_PIPE, KIND_PIECES, KIND_MAPPED } Kind;

struct QevmSource {
    Kind kind;
    char *name;
    int fd; /* FILE, PIPE; -1: none */
    guint64 size;
    guint64 front;        /* PIPE: offset of the next byte to come */
    guint64 end;          /* PIPE: it is over there, whatever follows */
    GByteArray *ahead;    /* PIPE: looked at, to come first; NULL: nothing */
    gsize ahead_at;       /* ... from there */
    QevmPull pull;        /* PIPE: instead of the descriptor */
    QevmFindStretch find; /* MAPPED */
    gpointer user;
    GDestroyNotify free_user;
    QevmSource *below; /* owned; a window's; NULL: none */
    GArray *pieces;
    guint64 base;
    guint64 bytes_read;
};

static void
piece_clear(gpointer p)
{
    Piece *piece = p;

    g_clear_pointer(&piece->bytes, g_bytes_unref);
    g_clear_pointer(&piece->kept, g_byte_array_unref);
}

static QevmSource *
source_new(Kind kind, const char *name)
{
    QevmSource *s = g_new0(QevmSource, 1);

    s->kind = kind;
    s->name = g_strdup(name);
    s->fd = -1;
    s->end = G_MAXUINT64;
    s->pieces = g_array_new(FALSE, FALSE, sizeof(Piece));
    g_array_set_clear_func(s->pieces, piece_clear);
    return s;
}

QevmSource *
qevm_source_open(const char *path, GError **error)
{
    gboolean std = strcmp(path, "-") == 0;
    int fd = std ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        qevm_error_errno(error, errno, "%s: cannot be opened", path);
        return NULL;
    }
    return qevm_source_new_fd(fd, std ? "standard input" : path, error);
}

QevmSource *
qevm_source_new_fd(int fd, const char *name, GError **error)
{
    g_autoptr(QevmSource) s = source_new(KIND_PIPE, name);
    struct stat st;
    off_t end;

    s->fd = fd;
    s->size = G_MAXUINT64;
    if (fstat(fd, &st) != 0) {
        qevm_error_errno(error, errno, "%s: cannot be examined", name);
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        qevm_error_errno(error, errno, "%s: cannot be read", name);
        return NULL;
    }
    if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)) {
        end = lseek(fd, 0, SEEK_END);
        if (end < 0) {
            qevm_error_errno(error, errno, "%s: cannot be examined", name);
            return NULL;
        }
        s->kind = KIND_FILE;
        s->size = (guint64)end;
    } else {
        qevm_file_widen(fd);
    }
    return g_steal_pointer(&s);
}

QevmSource *
qevm_source_new_bytes(GBytes *bytes, const char *name)
{
    QevmSource *s = qevm_source_new_pieces(name);

    qevm_source_add_bytes(s, bytes);
    return s;
}

QevmSource *
qevm_source_new_pieces(const char *name)
{
    return source_new(KIND_PIECES, name);
}

void
qevm_source_add_bytes(QevmSource *pieces, GBytes *bytes)
{
    Piece p = { 0 };

    p.size = g_bytes_get_size(bytes);
    if (p.size == 0) {
        return;
    }
    p.start = pieces->size;
    p.bytes = g_bytes_ref(bytes);
    pieces->size += p.size;
    g_array_append_val(pieces->pieces, p);
}

void
qevm_source_add_array(QevmSource *pieces, GByteArray *bytes)
{
    g_autoptr(GBytes) b = g_byte_array_free_to_bytes(bytes);

    qevm_source_add_bytes(pieces, b);
}

void
qevm_source_add_extent(QevmSource *pieces, QevmSource *of, guint64 offset,
                       guint64 size)
{
    Piece p = { 0 };
    Piece *last = pieces->pieces->len ? &g_array_index(pieces->pieces, Piece,
                                                       pieces->pieces->len - 1)
                                      : NULL;

    if (size == 0) {
        return;
    }
    if (last && last->of == of && last->offset + last->size == offset) {
        last->size += size;
    } else {
        p.start = pieces->size;
        p.size = size;
        p.of = of;
        p.offset = offset;
        g_array_append_val(pieces->pieces, p);
    }
    pieces->size += size;
}

void
qevm_source_add_zeros(QevmSource *pieces, guint64 size)
{
    Piece p = { .start = pieces->size, .size = size };

    if (size > 0) {
        g_array_append_val(pieces->pieces, p);
        pieces->size += size;
    }
}

QevmSource *
qevm_source_new_pulled(const char *name, QevmPull pull, gpointer user,
                       GDestroyNotify free_user)
{
    QevmSource *s = source_new(KIND_PIPE, name);

    s->size = G_MAXUINT64;
    s->pull = pull;
    s->user = user;
    s->free_user = free_user;
    return s;
}

QevmSource *
qevm_source_new_mapped(const char *name, guint64 size, QevmFindStretch find,
                       gpointer user, GDestroyNotify free_user)
{
    QevmSource *s = source_new(KIND_MAPPED, name);

    s->size = size;
    s->find = find;
    s->user = user;
    s->free_user = free_user;
    return s;
}

void
qevm_source_free(QevmSource *source)
{
    if (!source) {
        return;
    }
    if (source->fd >= 0) {
        close(source->fd);
    }
    if (source->free_user) {
        source->free_user(source->user);
    }
    if (source->ahead) {
        g_byte_array_unref(source->ahead);
    }
    qevm_source_free(source->below);
    g_array_unref(source->pieces);
    g_free(source->name);
    g_free(source);
}

const char *
qevm_source_name(const QevmSource *source)
{
    return source->name;
}

gboolean
qevm_source_seekable(const QevmSource *source)
{
    return source->kind != KIND_PIPE;
}

int
qevm_source_file(const QevmSource *source)
{
    return source->kind == KIND_FILE ? source->fd : -1;
}

guint64
qevm_source_size(const QevmSource *source)
{
    return source->size;
}

guint64
qevm_source_base(const QevmSource *source)
{
    return source->base;
}

void
qevm_source_set_base(QevmSource *source, guint64 base)
{
    source->base = base;
}

guint64
qevm_source_bytes_read(const QevmSource *source)
{
    return source->below ? qevm_source_bytes_read(source->below)
                         : source->bytes_read;
}

/* The piece that holds `offset`, or NULL; pieces are sorted by start. */
static const Piece *
find_piece(const QevmSource *s, guint64 offset)
{
    guint lo = 0, hi = s->pieces->len;

    while (lo < hi) {
        guint mid = lo + (hi - lo) / 2;
        const Piece *p = &g_array_index(s->pieces, Piece, mid);

        if (offset < p->start) {
            hi = mid;
        } else if (offset - p->start >= p->size) {
            lo = mid + 1;
        } else {
            return p;
        }
    }
    return NULL;
}

static gboolean
read_file_some(QevmSource *s, guint64 offset, gsize n, void *buf, gsize *got,
               GError **error)
{
    ssize_t r;

    if (offset > (guint64)G_MAXINT64) {
        *got = 0;
        return TRUE;
    }
    do {
        r = pread(s->fd, buf, n, (off_t)offset);
    } while (r < 0 && errno == EINTR);
    if (r < 0) {
        return qevm_error_errno(error, errno, "%s: cannot be read", s->name);
    }
    *got = (gsize)r;
    s->bytes_read += *got;
    return TRUE;
}

static gboolean
read_pieces_some(QevmSource *s, guint64 offset, gsize n, void *buf, gsize *got,
                 GError **error)
{
    const Piece *p = find_piece(s, offset);
    guint64 in;
    gsize size;

    *got = 0;
    if (!p) {
        return TRUE;
    }
    in = offset - p->start;
    if (n > p->size - in) {
        n = (gsize)(p->size - in);
    }
    if (p->of) {
        return qevm_source_read_some(p->of, p->offset + in, n, buf, got, error);
    }
    if (p->kept) {
        memcpy(buf, p->kept->data + in, n);
    } else if (!p->bytes) {
        memset(buf, 0, n);
    } else {
        memcpy(buf, (const guint8 *)g_bytes_get_data(p->bytes, &size) + in, n);
    }
    *got = n;
    return TRUE;
}

/* New bytes out of a pipe. */
static gboolean
pull_new(QevmSource *s, gsize n, void *buf, gsize *got, GError **error)
{
    ssize_t r;

    if (s->pull) {
        if (!s->pull(s->user, n, buf, got, error)) {
            return FALSE;
        }
    } else {
        do {
            r = read(s->fd, buf, n);
        } while (r < 0 && errno == EINTR);
        if (r < 0) {
            return qevm_error_errno(error, errno, "%s: cannot be read",
                                    s->name);
        }
        *got = (gsize)r;
    }
    s->bytes_read += *got;
    return TRUE;
}

/* The bytes that come next, those looked at first. */
static gboolean
pull(QevmSource *s, gsize n, void *buf, gsize *got, GError **error)
{
    if (!s->ahead) {
        return pull_new(s, n, buf, got, error);
    }
    *got = MIN(n, s->ahead->len - s->ahead_at);
    memcpy(buf, s->ahead->data + s->ahead_at, *got);
    s->ahead_at += *got;
    if (s->ahead_at == s->ahead->len) {
        g_clear_pointer(&s->ahead, g_byte_array_unref);
    }
    return TRUE;
}

static gboolean
read_pipe_some(QevmSource *s, guint64 offset, gsize n, void *buf, gsize *got,
               GError **error)
{
    if (offset != s->front) {
        return read_pieces_some(s, offset, n, buf, got, error);
    }
    if (n > s->end - s->front) {
        n = (gsize)(s->end - s->front);
    }
    *got = 0;
    if (n > 0 && !pull(s, n, buf, got, error)) {
        return FALSE;
    }
    s->front += *got;
    if (*got == 0) {
        s->size = s->front;
    }
    return TRUE;
}

static gboolean
look_up(QevmSource *s, guint64 offset, guint64 n, QevmStretch *run,
        GError **error)
{
    memset(run, 0, sizeof *run);
    if (!s->find(s->user, offset, run, error)) {
        return FALSE;
    }
    g_assert(run->size > 0);
    run->size = MIN(run->size, MIN(n, s->size - offset));
    return TRUE;
}

static gboolean
read_mapped_some(QevmSource *s, guint64 offset, gsize n, void *buf, gsize *got,
                 GError **error)
{
    QevmStretch run;

    *got = 0;
    if (offset >= s->size || n == 0) {
        return TRUE;
    }
    if (!look_up(s, offset, n, &run, error)) {
        return FALSE;
    }
    n = (gsize)run.size;
    if (run.of) {
        return qevm_source_read_some(run.of, run.offset, n, buf, got, error);
    }
    if (run.data) {
        memcpy(buf, run.data, n);
    } else {
        memset(buf, 0, n);
    }
    *got = n;
    return TRUE;
}

gboolean
qevm_source_read_some(QevmSource *source, guint64 offset, gsize n, void *buf,
                      gsize *got, GError **error)
{
    switch (source->kind) {
    case KIND_FILE:
        return read_file_some(source, offset, n, buf, got, error);
    case KIND_PIPE:
        return read_pipe_some(source, offset, n, buf, got, error);
    case KIND_MAPPED:
        return read_mapped_some(source, offset, n, buf, got, error);
    default:
        return read_pieces_some(source, offset, n, buf, got, error);
    }
}

gboolean
qevm_source_read(QevmSource *source, guint64 offset, gsize n, void *buf,
                 const char *what, GError **error)
{
    gsize done = 0, got;

    while (done < n) {
        /* Reading on would take bytes that nobody has walked yet. */
        if (source->kind == KIND_PIPE && !find_piece(source, offset + done)) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: %s has gone by in a pipe",
                        offset + done, what);
            return FALSE;
        }
        if (!qevm_source_read_some(source, offset + done, n - done,
                                   (guint8 *)buf + done, &got, error)) {
            return FALSE;
        }
        if (got == 0) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: %s needs %" G_GSIZE_FORMAT
                        " bytes, %" G_GSIZE_FORMAT " left",
                        offset, what, n, done);
            return FALSE;
        }
        done += got;
    }
    return TRUE;
}

GBytes *
qevm_source_get(QevmSource *source, guint64 offset, guint64 n, const char *what,
                GError **error)
{
    g_autofree guint8 *buf = NULL;
    guint64 left = offset < source->size ? source->size - offset : 0;

    if (n > left) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "at 0x%" G_GINT64_MODIFIER "x: %s needs %" G_GUINT64_FORMAT
                    " bytes, %" G_GUINT64_FORMAT " left",
                    offset, what, n, left);
        return NULL;
    }
    buf = g_try_malloc(n ? n : 1);
    if (!buf) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "at 0x%" G_GINT64_MODIFIER
                    "x: no memory for %s of %" G_GUINT64_FORMAT " bytes",
                    offset, what, n);
        return NULL;
    }
    if (!qevm_source_read(source, offset, n, buf, what, error)) {
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&buf), n);
}

static gboolean
peek_pipe(QevmSource *s, gsize n, void *buf, gsize *got, GError **error)
{
    gsize there, more = 1;

    g_assert(s->front == 0);
    if (!s->ahead) {
        s->ahead = g_byte_array_new();
        s->ahead_at = 0;
    }
    while ((there = s->ahead->len - s->ahead_at) < n && more > 0) {
        guint len = s->ahead->len;

        g_byte_array_set_size(s->ahead, len + (guint)(n - there));
        if (!pull_new(s, n - there, s->ahead->data + len, &more, error)) {
            return FALSE;
        }
        g_byte_array_set_size(s->ahead, len + (guint)more);
    }
    *got = MIN(n, there);
    if (there == 0) {
        g_clear_pointer(&s->ahead, g_byte_array_unref);
    } else {
        memcpy(buf, s->ahead->data + s->ahead_at, *got);
    }
    return TRUE;
}

gboolean
qevm_source_peek(QevmSource *source, gsize n, void *buf, gsize *got,
                 GError **error)
{
    gsize more = 1;

    n = (gsize)MIN(n, source->end);
    if (source->kind == KIND_PIPE) {
        return peek_pipe(source, n, buf, got, error);
    }
    for (*got = 0; *got < n && more > 0; *got += more) {
        if (!qevm_source_read_some(source, *got, n - *got, (guint8 *)buf + *got,
                                   &more, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Throws the first bytes of a pipe away; the one after is its first then. */
static gboolean
skip_ahead(QevmSource *s, guint64 n, GError **error)
{
    g_autofree guint8 *buf = g_malloc(64 * 1024);
    gsize got = 1;

    for (; n > 0 && got > 0; n -= got) {
        if (!pull(s, (gsize)MIN(n, (guint64)64 * 1024), buf, &got, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmSource *
qevm_source_window(QevmSource *of, guint64 offset, guint64 size, GError **error)
{
    g_autoptr(QevmSource) below = of;
    guint64 base = of->base + offset;
    QevmSource *window;

    if (of->kind == KIND_PIPE) {
        if (!skip_ahead(of, offset, error)) {
            return NULL;
        }
        of->end = MIN(size, of->end > offset ? of->end - offset : 0);
        window = g_steal_pointer(&below);
    } else {
        offset = MIN(offset, of->size);
        window = qevm_source_new_pieces(of->name);
        qevm_source_add_extent(window, of, offset,
                               MIN(size, of->size - offset));
        window->below = g_steal_pointer(&below);
    }
    window->base = base;
    return window;
}

void
qevm_source_keep(QevmSource *source, guint64 offset, const void *data, gsize n)
{
    Piece p = { 0 };
    Piece *last;

    if (source->kind != KIND_PIPE || n == 0) {
        return;
    }
    last = source->pieces->len
               ? &g_array_index(source->pieces, Piece, source->pieces->len - 1)
               : NULL;
    if (last && last->start + last->size == offset &&
        last->size + n < G_MAXUINT) {
        g_byte_array_append(last->kept, data, (guint)n);
        last->size += n;
        return;
    }
    p.start = offset;
    p.size = n;
    p.kept = g_byte_array_new();
    g_byte_array_append(p.kept, data, (guint)n);
    g_array_append_val(source->pieces, p);
}

/* Copies through a buffer: for bytes of ours, and where the kernel will not
 * copy file to file, or not fast. */
static gboolean
copy_buffered(QevmSource *s, guint64 offset, guint64 n, int fd, GError **error)
{
    gsize room = qevm_file_room(fd, COPY_BUFFER), got;
    g_autofree guint8 *buf = g_malloc(COPY_BUFFER);

    while (n > 0) {
        if (!qevm_source_read_some(s, offset, (gsize)MIN(n, room), buf, &got,
                                   error)) {
            return FALSE;
        }
        if (got == 0) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: %s ends while %" G_GUINT64_FORMAT
                        " bytes are still to be copied",
                        offset, s->name, n);
            return FALSE;
        }
        if (!qevm_file_write(fd, buf, got, "output", error)) {
            return FALSE;
        }
        offset += got;
        n -= got;
        room = got == room ? COPY_BUFFER : room - got;
    }
    return TRUE;
}

/* Bytes that go to another place in their block are copied faster by us: the
 * kernel writes each block in two parts then. */
static gboolean
copy_file(QevmSource *s, guint64 offset, guint64 n, int fd, GError **error)
{
    loff_t in = (loff_t)offset;

    if (!qevm_file_aligned(fd, offset)) {
        return copy_buffered(s, offset, n, fd, error);
    }
    while (n > 0) {
        gsize want = n < (1 << 30) ? (gsize)n : (1 << 30);
        ssize_t r = copy_file_range(s->fd, &in, fd, NULL, want, 0);

        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r <= 0) {
            /* Another file system, a pipe, an old kernel, or the end: the
             * plain way says which. */
            return copy_buffered(s, (guint64)in, n, fd, error);
        }
        n -= (guint64)r;
    }
    return TRUE;
}

/* Moves a new file's end on, or writes zeros where that cannot be. */
static gboolean
put_hole(QevmSource *s, guint64 offset, guint64 n, int fd, GError **error)
{
    struct stat st;
    off_t at;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return copy_buffered(s, offset, n, fd, error);
    }
    at = lseek(fd, (off_t)n, SEEK_CUR);
    if (at < 0 || ftruncate(fd, at) != 0) {
        return qevm_error_errno(error, errno, "output: cannot be written");
    }
    return TRUE;
}

/* Copies a file's data and seeks over its holes. */
static gboolean
copy_sparse(QevmSource *s, guint64 offset, guint64 n, int fd, GError **error)
{
    while (n > 0) {
        off_t data = lseek(s->fd, (off_t)offset, SEEK_DATA);
        guint64 skip, run;
        off_t hole;

        if (data < 0 && errno == ENXIO) {
            data = (off_t)(offset + n); /* holes to the end */
        } else if (data < 0) {
            return copy_file(s, offset, n, fd, error);
        }
        skip = (guint64)data - offset;
        if (skip > n) {
            skip = n;
        }
        if (skip > 0) {
            if (!put_hole(s, offset, skip, fd, error)) {
                return FALSE;
            }
            offset += skip;
            n -= skip;
            continue;
        }
        hole = lseek(s->fd, (off_t)offset, SEEK_HOLE);
        run = hole > data ? (guint64)(hole - data) : n;
        if (run > n) {
            run = n;
        }
        if (!copy_file(s, offset, run, fd, error)) {
            return FALSE;
        }
        offset += run;
        n -= run;
    }
    return TRUE;
}

/* Does the file occupy less than its size? */
static gboolean
has_holes(const QevmSource *s)
{
    struct stat st;

    return fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) &&
           (guint64)st.st_blocks * 512 < (guint64)st.st_size;
}

static gboolean
copy_mapped(QevmSource *s, guint64 offset, guint64 n, int fd, gboolean sparse,
            GError **error)
{
    QevmStretch run;
    gboolean ok;

    for (; n > 0; offset += run.size, n -= run.size) {
        if (offset >= s->size) {
            return copy_buffered(s, offset, n, fd, error); /* says so */
        }
        if (!look_up(s, offset, n, &run, error)) {
            return FALSE;
        }
        if (run.of) {
            ok = qevm_source_copy(run.of, run.offset, run.size, fd, sparse,
                                  error);
        } else if (!run.data && sparse) {
            ok = put_hole(s, offset, run.size, fd, error);
        } else {
            ok = copy_buffered(s, offset, run.size, fd, error);
        }
        if (!ok) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
qevm_source_copy(QevmSource *source, guint64 offset, guint64 n, int fd,
                 gboolean sparse, GError **error)
{
    if (source->kind == KIND_FILE) {
        if (offset > source->size || n > source->size - offset) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                        "at 0x%" G_GINT64_MODIFIER
                        "x: %s has no %" G_GUINT64_FORMAT " bytes to copy",
                        offset, source->name, n);
            return FALSE;
        }
        return sparse && has_holes(source)
                   ? copy_sparse(source, offset, n, fd, error)
                   : copy_file(source, offset, n, fd, error);
    }
    if (source->kind == KIND_PIPE) {
        return copy_buffered(source, offset, n, fd, error);
    }
    if (source->kind == KIND_MAPPED) {
        return copy_mapped(source, offset, n, fd, sparse, error);
    }
    while (n > 0) {
        const Piece *p = find_piece(source, offset);
        guint64 in, run;

        if (!p) {
            return copy_buffered(source, offset, n, fd, error);
        }
        in = offset - p->start;
        run = MIN(n, p->size - in);
        if (p->of) {
            if (!qevm_source_copy(p->of, p->offset + in, run, fd, sparse,
                                  error)) {
                return FALSE;
            }
        } else if (!p->bytes && sparse) {
            if (!put_hole(source, offset, run, fd, error)) {
                return FALSE;
            }
        } else if (!copy_buffered(source, offset, run, fd, error)) {
            return FALSE;
        }
        offset += run;
        n -= run;
    }
    return TRUE;
}

gboolean
qevm_source_copy_all(QevmSource *source, int fd, gboolean sparse,
                     GError **error)
{
    gsize got = 1;
    g_autofree guint8 *buf = NULL;

    if (source->kind != KIND_PIPE) {
        return qevm_source_copy(source, 0, source->size, fd, sparse, error);
    }
    buf = g_malloc(COPY_BUFFER);
    while (got > 0) {
        if (!read_pipe_some(source, source->front, COPY_BUFFER, buf, &got,
                            error) ||
            !qevm_file_write(fd, buf, got, "output", error)) {
            return FALSE;
        }
    }
    return TRUE;
}

QevmSource *
qevm_source_spool(QevmSource *of, int fd, GError **error)
{
    g_autoptr(QevmSource) from = of;
    QevmSource *spooled;

    if (!qevm_source_copy_all(from, fd, TRUE, error)) {
        g_prefix_error(error, "in a temporary file: ");
        close(fd);
        return NULL;
    }
    spooled = qevm_source_new_fd(fd, from->name, error);
    if (spooled) {
        spooled->base = from->base;
    }
    return spooled;
}
