/* Unit tests of rewrite/plan-ram.c: RAM blocks. */
#include "tests/unit/planning.h"

#define HEAD "machine=pc-1.0 "
#define REST " [dev,1,dev a=uint32:00000001 ]"
#define B(name, length) " block=" name ":" length
#define RAM B("pc.ram", "8000")

/* clang-format off */
static const struct plan_row rows[] = {
    { "same",
      .stream = HEAD RAM REST,
      .like = HEAD RAM REST,
      .plan = "" },
    { "name/path",
      .stream = HEAD RAM B("0000:00:02.0/vga.vram", "2000") REST,
      .like = HEAD RAM B("vga.vram", "2000") REST,
      .plan =
        "{'op':'rename-ram-block','at':'\\'0000:00:02.0/vga.vram\\'','to':'vga.vram','why':'what the destination calls it','class':'lossless'}\n" },
    { "name/path-added",
      .stream = HEAD RAM B("vga.vram", "2000") REST,
      .like = HEAD RAM B("0000:00:02.0/vga.vram", "2000") REST,
      .plan =
        "{'op':'rename-ram-block','at':'vga.vram','to':'0000:00:02.0/vga.vram','why':'what the destination calls it','class':'lossless'}\n" },
    { "name/objects",
      .stream = HEAD B("mem0", "8000") REST,
      .like = HEAD B("/objects/mem0", "8000") REST,
      .plan =
        "{'op':'rename-ram-block','at':'mem0','to':'/objects/mem0','why':'what the destination calls it','class':'lossless'}\n" },
    /* two it could be: the memory is none of them */
    { "name/ambiguous",
      .stream = HEAD RAM B("vga.vram", "2000") REST,
      .like = HEAD RAM B("0000:00:02.0/vga.vram", "2000") B("0000:00:03.0/vga.vram", "2000") REST,
      .plan =
        "! ram//.blocks/vga.vram: the destination has no such block, nor one that could be it\n" },
    { "name/backend",
      .stream = HEAD RAM REST,
      .like = HEAD B("mem0", "8000") REST,
      .plan =
        "{'op':'rename-ram-block','at':'pc.ram','to':'mem0','why':'guest memory has the name of its backend','class':'lossless'}\n" },
    { "name/backend-other-size",
      .stream = HEAD RAM REST,
      .like = HEAD B("mem0", "9000") REST,
      .plan =
        "! ram//.blocks/pc.ram: the destination has no such block, nor one that could be it\n" },
    { "name/path-and-size",
      .stream = HEAD RAM B("0000:00:02.0/vga.vram", "2000") REST,
      .like = HEAD RAM B("vga.vram", "4000") REST,
      .plan =
        "{'op':'rename-ram-block','at':'\\'0000:00:02.0/vga.vram\\'','to':'vga.vram','why':'what the destination calls it','class':'lossless'}\n"
        "! ram//.blocks/vga.vram: the block has 0x2000 bytes, at the destination 0x4000, and the guest knows its size; give the destination's display the size that it has in the stream (vgamem_mb=, vram_size_mb=)\n" },
    { "split/same-sum",
      .stream = HEAD RAM REST,
      .like = HEAD B("n0", "3000") B("n1", "5000") REST,
      .plan =
        "{'op':'split-ram-block','at':'pc.ram','to':[{'name':'n0','length':'0x3000'},{'name':'n1','length':'0x5000'}],'why':'guest memory is divided otherwise','class':'lossless'}\n" },
    { "split/other-sum",
      .stream = HEAD RAM REST,
      .like = HEAD B("n0", "3000") B("n1", "6000") REST,
      .plan =
        "! ram//.blocks/pc.ram: the destination has no such block, nor one that could be it\n" },
    { "merge",
      .stream = HEAD B("n0", "3000") B("n1", "5000") REST,
      .like = HEAD RAM REST,
      .plan =
        "{'op':'merge-ram-blocks','from':['n0','n1'],'to':'pc.ram','why':'guest memory is divided otherwise','class':'lossless'}\n" },
    { "size/memory",
      .stream = HEAD RAM REST,
      .like = HEAD B("pc.ram", "10000") REST,
      .plan =
        "! ram//.blocks/pc.ram: the block has 0x8000 bytes, at the destination 0x10000, and the guest knows its size; give the destination as much memory as the stream has (-m, or the size of the backend)\n" },
    { "size/video",
      .stream = HEAD RAM B("vga.vram", "2000") REST,
      .like = HEAD RAM B("vga.vram", "4000") REST,
      .plan =
        "! ram//.blocks/vga.vram: the block has 0x2000 bytes, at the destination 0x4000, and the guest knows its size; give the destination's display the size that it has in the stream (vgamem_mb=, vram_size_mb=)\n" },
    /* a BIOS ends below 4 GiB, an option ROM begins at its BAR */
    { "size/bios-larger",
      .stream = HEAD RAM B("pc.bios", "2000") REST,
      .like = HEAD RAM B("pc.bios", "4000") REST,
      .plan =
        "{'op':'resize-ram-block','at':'pc.bios','length':'0x4000','align':'top','why':'firmware of another size, of which the guest keeps its own','class':'lossless'}\n" },
    /* with no page in the part that goes, nothing goes */
    { "size/bios-smaller",
      .stream = HEAD RAM B("pc.bios", "4000") REST,
      .like = HEAD RAM B("pc.bios", "2000") REST,
      .free = TRUE,
      .plan =
        "{'op':'resize-ram-block','at':'pc.bios','length':'0x2000','align':'top','why':'firmware of another size, of which the guest keeps its own','class':'lossy'}\n" },
    { "size/rom-larger",
      .stream = HEAD RAM B("0000:00:03.0/e1000.rom", "2000") REST,
      .like = HEAD RAM B("0000:00:03.0/e1000.rom", "4000") REST,
      .plan =
        "{'op':'resize-ram-block','at':'\\'0000:00:03.0/e1000.rom\\'','length':'0x4000','why':'firmware of another size, of which the guest keeps its own','class':'lossless'}\n" },
    { "size/rom-smaller",
      .stream = HEAD RAM B("0000:00:03.0/e1000.rom", "4000") REST,
      .like = HEAD RAM B("0000:00:03.0/e1000.rom", "2000") REST,
      .free = TRUE,
      .plan =
        "{'op':'resize-ram-block','at':'\\'0000:00:03.0/e1000.rom\\'','length':'0x2000','why':'firmware of another size, of which the guest keeps its own','class':'lossy'}\n" },
    { "size/tables",
      .stream = HEAD RAM B("/rom@etc/acpi/tables", "2000") REST,
      .like = HEAD RAM B("/rom@etc/acpi/tables", "4000") REST,
      .plan = "" },
    { "gone/rom",
      .stream = HEAD RAM B("0000:00:03.0/e1000.rom", "2000") REST,
      .like = HEAD RAM REST,
      .plan =
        "{'op':'drop-ram-block','at':'\\'0000:00:03.0/e1000.rom\\'','why':'the destination's device has no boot ROM','class':'lossy'}\n" },
    { "gone/option-rom",
      .stream = HEAD RAM B("/rom@genroms/kvmvapic.bin", "2000") REST,
      .like = HEAD RAM REST,
      .plan =
        "{'op':'drop-ram-block','at':'\\'/rom@genroms/kvmvapic.bin\\'','why':'the destination reads it from a file of its own, if it boots','class':'default'}\n" },
    { "gone/copy-of-flash",
      .stream = HEAD RAM B("isa-bios", "2000") REST,
      .like = HEAD RAM REST,
      .plan =
        "{'op':'drop-ram-block','at':'isa-bios','why':'the destination has no copy of the flash, but shows it itself','class':'default'}\n" },
    { "gone/memory",
      .stream = HEAD RAM B("vga.vram", "2000") REST,
      .like = HEAD RAM REST,
      .plan =
        "! ram//.blocks/vga.vram: the destination has no such block, nor one that could be it\n" },
    { "new",
      .stream = HEAD RAM REST,
      .like = HEAD RAM B("vga.vram", "2000") REST,
      .plan = "" },
    /* names are data */
    { "quoted-name",
      .stream = HEAD RAM B("a\"b.rom", "2000") REST,
      .like = HEAD RAM REST,
      .plan =
        "{'op':'drop-ram-block','at':'\\'a\\\\\\'b.rom\\'','why':'the destination's device has no boot ROM','class':'lossy'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-ram/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}
