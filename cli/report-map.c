/* report-map.c - a picture of where the bytes of a stream are. */
#include <string.h>

#include "cli/info.h"
#include "cli/render.h"
#include "cli/report.h"
#include "parser/path.h"

/* The picture is that wide, and is stretched to fit. */
#define WIDTH 1000.0
#define NARROWEST 1.0
#define COLOURS 8 /* of the largest sections */
#define SEGMENTS_MAX 400
#define TITLE_MAX 200 /* bytes */

typedef enum {
    PART_HEAD,
    PART_LIVE,
    PART_DEVICES,
    PART_VMDESC,
    PART_REST,
    PARTS
} Part;

static const struct {
    const char *class, *what;
} parts[PARTS] = {
    [PART_HEAD] = { "head", "header, configuration, starts of sections" },
    [PART_LIVE] = { "live", "RAM and other live sections" },
    [PART_DEVICES] = { "devices", "device state" },
    [PART_VMDESC] = { "vmdesc", "description of the devices" },
    [PART_REST] = { "rest", "commands, end, and what follows" },
};

/* In a mapped-ram file, the pages are in the START section of ram. */
static Part
part_of(const QevmStream *stream, const QevmRecord *r)
{
    if (r->type == QEVM_RECORD_START && stream->capability_mapped_ram &&
        strcmp(r->idstr, "ram") == 0) {
        return PART_LIVE;
    }
    switch (r->type) {
    case QEVM_RECORD_HEADER:
    case QEVM_RECORD_CONFIGURATION:
    case QEVM_RECORD_START:
        return PART_HEAD;
    case QEVM_RECORD_PARTS:
    case QEVM_RECORD_END:
    case QEVM_RECORD_LIVE:
        return PART_LIVE;
    case QEVM_RECORD_FULL:
        return PART_DEVICES;
    case QEVM_RECORD_VMDESC:
        return PART_VMDESC;
    default:
        return PART_REST;
    }
}

/* A part of a strip. */
typedef struct {
    guint64 size;
    guint record;      /* its section's number; G_MAXUINT: not one section */
    const char *class; /* static */
    char *title;       /* owned */
} Segment;

static void
segment_clear(gpointer p)
{
    Segment *segment = p;

    g_free(segment->title);
}

static GArray *
segments_new(void)
{
    GArray *segments = g_array_new(FALSE, TRUE, sizeof(Segment));

    g_array_set_clear_func(segments, segment_clear);
    return segments;
}

static guint64
sum_of(const GArray *segments)
{
    guint64 sum = 0;

    for (guint i = 0; i < segments->len; i++) {
        sum += g_array_index(segments, Segment, i).size;
    }
    return sum;
}

static const char *
share_text(guint64 part, guint64 all, char buf[G_ASCII_DTOSTR_BUF_SIZE])
{
    return g_ascii_formatd(buf, G_ASCII_DTOSTR_BUF_SIZE, "%.1f",
                           all ? 100.0 * (double)part / (double)all : 0.0);
}

static void
render_rect(const QevmHtmlReport *report, GString *html, const Segment *segment,
            double x, double width, guint y)
{
    char a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE];
    gboolean link = segment->record < report->shown;

    g_ascii_formatd(a, sizeof(a), "%.2f", x);
    g_ascii_formatd(b, sizeof(b), "%.2f", width);
    if (link) {
        qevm_html(html, "<a href=\"#section-%u\" tabindex=\"-1\">",
                  segment->record);
    }
    qevm_html(html,
              "<rect class=\"%s\" x=\"%s\" y=\"%u\" width=\"%s\" "
              "height=\"40\"><title>%s</title></rect>",
              segment->class, a, y, b, segment->title);
    g_string_append(html, link ? "</a>\n" : "\n");
}

/* One beside the other, to scale, but none too narrow to be seen. */
static void
render_strip(const QevmHtmlReport *report, GString *html,
             const GArray *segments, guint y)
{
    guint64 sum = sum_of(segments), at = 0;

    for (guint i = 0; i < segments->len; i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);
        double x = sum ? WIDTH * (double)at / (double)sum : 0;
        double width = sum ? WIDTH * (double)segment->size / (double)sum : 0;

        width = MAX(width, NARROWEST);
        render_rect(report, html, segment, MIN(x, WIDTH - width), width, y);
        at += segment->size;
    }
}

/* ---- the whole stream ---- */

static GArray *
parts_of(const QevmStream *stream, guint64 sizes[PARTS])
{
    GArray *segments = segments_new();
    Segment *last = NULL;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);
        Part part = part_of(stream, r);

        sizes[part] += r->size;
        if ((!last || last->class != parts[part].class) &&
            segments->len < SEGMENTS_MAX) {
            Segment segment = { 0, G_MAXUINT, parts[part].class,
                                g_strdup(parts[part].what) };

            g_array_append_val(segments, segment);
            last = &g_array_index(segments, Segment, segments->len - 1);
        }
        last->size += r->size;
    }
    return segments;
}

/* From the last device state of the first strip to the second one: what is
 * above is enlarged below. */
static void
render_lens(GString *html, const GArray *segments)
{
    guint64 sum = sum_of(segments), at = 0, from = 0, to = 0;
    char a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE];

    for (guint i = 0; i < segments->len; i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);

        if (segment->class == parts[PART_DEVICES].class) {
            from = from == to ? at : from;
            to = at + segment->size;
        }
        at += segment->size;
    }
    if (!sum || from == to) {
        return;
    }
    g_ascii_formatd(a, sizeof(a), "%.2f", WIDTH * (double)from / (double)sum);
    g_ascii_formatd(b, sizeof(b), "%.2f", WIDTH * (double)to / (double)sum);
    qevm_html(html,
              "<path class=\"lens\" d=\"M%s 40L0 80L1000 80L%s 40Z\"></path>",
              a, b);
    g_string_append_c(html, '\n');
}

static void
render_parts_table(GString *html, const guint64 sizes[PARTS])
{
    guint64 all = 0;

    for (guint i = 0; i < PARTS; i++) {
        all += sizes[i];
    }
    g_string_append(
        html, "<div class=\"wide\"><table><caption>The whole stream</caption>"
              "<thead><tr><th scope=\"col\">Part</th><th scope=\"col\" "
              "class=\"n\">Bytes</th><th scope=\"col\" class=\"n\">Share</th>"
              "</tr></thead><tbody>\n");
    for (guint i = 0; i < PARTS; i++) {
        g_autofree char *bytes = qevm_html_number(sizes[i]);
        char share[G_ASCII_DTOSTR_BUF_SIZE];

        qevm_html(html,
                  "<tr><td><svg class=\"key\" aria-hidden=\"true\"><rect "
                  "class=\"%s\" width=\"12\" height=\"12\"></rect></svg>&nbsp;"
                  "%s</td><td class=\"n\">%s</td><td class=\"n\">%s %%</td>"
                  "</tr>",
                  parts[i].class, parts[i].what, bytes,
                  share_text(sizes[i], all, share));
        g_string_append_c(html, '\n');
    }
    g_string_append(html, "</tbody></table></div>\n");
}

/* ---- device state ---- */

static int
larger_first(gconstpointer a, gconstpointer b)
{
    const Segment *sa = a, *sb = b;

    return sa->size != sb->size
               ? (sa->size > sb->size ? -1 : 1)
               : (sa->record > sb->record) - (sa->record < sb->record);
}

/* What is too many to be seen is one in the end. */
static void
add_section(GArray *segments, QevmStream *stream, guint i)
{
    QevmRecord *r = g_ptr_array_index(stream->records, i);
    QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
    Segment segment = { r->size, i, "other", NULL };

    if (segments->len < SEGMENTS_MAX) {
        g_autofree char *path = qevm_path_of(stream, &place);

        segment.title = qevm_html_cut(path, TITLE_MAX);
        g_array_append_val(segments, segment);
    } else {
        Segment *last = &g_array_index(segments, Segment, segments->len - 1);

        last->size += r->size;
        last->record = G_MAXUINT;
        g_free(last->title);
        last->title = g_strdup("more sections");
    }
}

static GArray *
sections_of(QevmStream *stream)
{
    GArray *segments = segments_new();

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_FULL) {
            add_section(segments, stream, i);
        }
    }
    return segments;
}

static const char *const colours[COLOURS] = { "c0", "c1", "c2", "c3",
                                              "c4", "c5", "c6", "c7" };

static int
by_record(gconstpointer a, gconstpointer b)
{
    const Segment *sa = a, *sb = b;

    return (sa->record > sb->record) - (sa->record < sb->record);
}

static void
render_sections_table(const QevmHtmlReport *report, GString *html,
                      const GArray *segments, guint64 all)
{
    g_string_append(html,
                    "<div class=\"wide\"><table><caption>The largest sections "
                    "of device state</caption>"
                    "<thead><tr><th scope=\"col\">Section</th>"
                    "<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\" "
                    "class=\"n\">Share</th></tr></thead><tbody>\n");
    for (guint i = 0; i < MIN(segments->len, COLOURS); i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);
        g_autofree char *bytes = qevm_html_number(segment->size);
        char share[G_ASCII_DTOSTR_BUF_SIZE];

        qevm_html(html,
                  "<tr><td><svg class=\"key\" aria-hidden=\"true\"><rect "
                  "class=\"%s\" width=\"12\" height=\"12\"></rect></svg>&nbsp;",
                  segment->class);
        qevm_html_link(report, html, segment->record, segment->title);
        qevm_html(html,
                  "</td><td class=\"n\">%s</td><td class=\"n\">%s %%</td></tr>",
                  bytes, share_text(segment->size, all, share));
        g_string_append_c(html, '\n');
    }
    g_string_append(html, "</tbody></table></div>\n");
}

void
qevm_html_map(const QevmHtmlReport *report, GString *html)
{
    guint64 sizes[PARTS] = { 0 };
    g_autoptr(GArray) whole = parts_of(report->stream, sizes);
    g_autoptr(GArray) sections = sections_of(report->stream);

    g_string_append(
        html, "<section id=\"bytes\"><h2>Where its bytes are</h2>\n<figure>"
              "<svg class=\"map\" viewBox=\"0 0 1000 120\" role=\"img\" "
              "preserveAspectRatio=\"none\" aria-label=\"The parts of the "
              "stream, to scale; the tables below have the numbers\">\n");
    render_lens(html, whole);
    render_strip(report, html, whole, 0);
    g_array_sort(sections, larger_first);
    for (guint i = 0; i < MIN(sections->len, COLOURS); i++) {
        g_array_index(sections, Segment, i).class = colours[i];
    }
    g_array_sort(sections, by_record);
    render_strip(report, html, sections, 80);
    g_string_append(
        html, "</svg><figcaption>Above: the whole stream, from its first byte "
              "to its last. Below: its device state, section by section."
              "</figcaption></figure>\n<div class=\"beside\">\n");
    render_parts_table(html, sizes);
    g_array_sort(sections, larger_first);
    if (sections->len) {
        render_sections_table(report, html, sections, sum_of(sections));
    }
    g_string_append(html, "</div></section>\n");
}
