/* check-container.c - findings about what a stream is in: what libvirt does
 * with a save image before QEMU sees it.
 */
#include "rewrite/check-container.h"
#include "parser/path.h"
#include "rewrite/finding.h"

#include <string.h>

/* libvirt starts the machine of the XML, QEMU wants that of the stream. */
static void
check_machine(const QevmLibvirt *l, const QevmStream *stream,
              GPtrArray *findings)
{
    g_autofree char *ours = NULL, *theirs = NULL;

    if (!l->machine || !stream->machine ||
        strcmp(l->machine, stream->machine) == 0) {
        return;
    }
    ours = qevm_path_quote(stream->machine);
    theirs = qevm_path_quote(l->machine);
    qevm_finding_add(findings, "container-mismatch",
                     g_strdup("configuration//name"), 8,
                     "the stream is of the machine %s, the XML of the save "
                     "image names %s",
                     ours, theirs);
}

/* libvirt decompresses by what its header says. */
static void
check_format(const QevmContainer *c, const QevmLibvirt *l,
             const QevmStream *stream, GPtrArray *findings)
{
    const QevmLayer *codec = qevm_container_layer(c, QEVM_LAYER_CODEC);
    const char *is = codec ? qevm_codec_name(codec->codec)
                     : stream->ram && stream->ram->mapped ? "sparse"
                                                          : "raw";
    const char *says = qevm_libvirt_format_name(l->format);

    if (g_strcmp0(is, says) != 0) {
        qevm_finding_add(findings, "container-mismatch", g_strdup(""), 0,
                         "the header of the save image says that the stream is "
                         "%s; it is %s",
                         says ? says : "of an unknown format", is);
    }
}

void
qevm_check_container(const QevmContainer *c, QevmStream *stream,
                     GPtrArray *findings)
{
    const QevmLayer *layer = qevm_container_layer(c, QEVM_LAYER_LIBVIRT);

    if (!layer) {
        return;
    }
    if (layer->libvirt->unfinished) {
        qevm_finding_add(findings, "container-unfinished", g_strdup(""), 0,
                         "the save image is marked as not finished");
    }
    check_machine(layer->libvirt, stream, findings);
    check_format(c, layer->libvirt, stream, findings);
}
