/* Unit tests of rewrite/plan-layout.c: fields of one side, sizes, counts. */
#include "tests/unit/planning.h"

#define DEV(body) "machine=pc-1.0 [dev,1,dev " body " ]"

/* clang-format off */
static const struct plan_row rows[] = {
    /* other names and another nesting are the same bytes */
    { "renamed",
      .stream = DEV("a=uint32:00000001 s=inner{ x=uint8:02 }"),
      .like = DEV("b=int32:00000000 x=uint8:00"),
      .plan = "" },
    { "divided",
      .stream = DEV("a=uint8*4:01020304"),
      .like = DEV("b=buffer:00*4"),
      .plan = "" },
    { "add/last",
      .stream = DEV("a=uint32:00000001"),
      .like = DEV("a=uint32:00000000 b=uint16:0007"),
      .dump = T(V("dev", F("a", 4) S F("b", 2))),
      .plan =
        "{'op':'add-field','at':'dev','fields':[{'name':'b','type':'uint16','value':{'hex':'0007'}}],'after':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/first",
      .stream = DEV("a=uint32:00000001"),
      .like = DEV("b=uint16:0000 a=uint32:00000000"),
      .dump = T(V("dev", F("b", 2) S F("a", 4))),
      .plan =
        "{'op':'add-field','at':'dev','fields':[{'name':'b','type':'uint16'}],'before':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/several",
      .stream = DEV("a=uint32:00000001 d=uint32:00000002"),
      .like = DEV("a=uint32:00000000 b=uint16:0007 c=bool:01 d=uint32:00000000"),
      .dump = T(V("dev", F("a", 4) S F("b", 2) S F("c", 1) S F("d", 4))),
      .plan =
        "{'op':'add-field','at':'dev','fields':[{'name':'b','type':'uint16','value':{'hex':'0007'}},{'name':'c','type':'bool','value':{'hex':'01'}}],'after':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/array",
      .stream = DEV("a=uint32:00000001"),
      .like = DEV("a=uint32:00000000 b=uint16*3:000100020003"),
      .dump = T(V("dev", F("a", 4) S FN("b", 2, 3))),
      .plan =
        "{'op':'add-field','at':'dev','fields':[{'name':'b','type':'uint16','count':3,'value':{'hex':'000100020003'}}],'after':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/in-struct",
      .stream = DEV("s=inner{ x=uint8:01 } z=uint8:05"),
      .like = DEV("s=inner{ x=uint8:00 y=uint16:0003 } z=uint8:00"),
      .dump = T(V("dev", FS("s", V("inner", F("x", 1) S F("y", 2))) S F("z", 1))),
      .plan =
        "{'op':'add-field','at':'dev//s','fields':[{'name':'y','type':'uint16','value':{'hex':'0003'}}],'after':'x','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/in-structs",
      .stream = DEV("q=pair*2{ m=uint8:01 }02 z=uint8:05"),
      .like = DEV("q=pair*2{ m=uint8:00 n=uint8:09 }0009 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 1) S F("n", 1))) S F("z", 1))),
      .plan =
        "{'op':'add-field','at':'dev//q[*]','fields':[{'name':'n','type':'uint8','value':{'hex':'09'}}],'after':'m','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "add/in-subsection",
      .stream = DEV("a=uint8:01 (dev/sub,1 x=uint8:01 )"),
      .like = DEV("a=uint8:00 (dev/sub,1 x=uint8:00 y=uint8:04 )"),
      .dump = T(VMSD("dev", 1, 1, FIELDS(F("a", 1)) SUBS(V("dev/sub", F("x", 1) S F("y", 1))))),
      .plan =
        "{'op':'add-field','at':'dev//{dev/sub}','fields':[{'name':'y','type':'uint8','value':{'hex':'04'}}],'after':'x','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "remove/zero",
      .stream = DEV("a=uint32:00000001 b=uint16:0000 c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//b','if-equals':{'hex':'0000'},'why':'the destination does not read it','class':'default'}\n" },
    { "remove/used",
      .stream = DEV("a=uint32:00000001 b=uint16:0102 c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//b','why':'the destination does not read it','class':'lossy'}\n" },
    { "remove/as-when-idle",
      .stream = DEV("a=uint32:00000001 b=uint16:0102 c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .base = DEV("a=uint32:00000000 b=uint16:0102 c=uint8:00"),
      .plan =
        "{'op':'remove-field','at':'dev//b','if-equals':{'hex':'0102'},'why':'the destination does not read it','class':'default'}\n" },
    /* the guest set it to zero: that is no longer what it was */
    { "remove/zero-not-when-idle",
      .stream = DEV("a=uint32:00000001 b=uint16:0000 c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .base = DEV("a=uint32:00000000 b=uint16:0102 c=uint8:00"),
      .plan =
        "{'op':'remove-field','at':'dev//b','why':'the destination does not read it','class':'lossy'}\n" },
    { "remove/timer-not-armed",
      .stream = DEV("a=uint32:00000001 t=timer*2:ff*8~7f~ff*7 c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//t','if-equals':{'hex':'ffffffffffffffff7fffffffffffffff'},'why':'the destination does not read it','class':'default'}\n" },
    { "remove/timer-armed",
      .stream = DEV("a=uint32:00000001 t=timer*2:ff*8~7f~ff*6~fe c=uint8:03"),
      .like = DEV("a=uint32:00000000 c=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("c", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//t','why':'the destination does not read it','class':'lossy'}\n" },
    /* a guest that looks at the clock sees it jump */
    { "remove/e1000e-timadj",
      .stream = "machine=pc-1.0 [n,1,e1000e a=uint32:00000001 core.timadj=int64:00*6~0102 c=uint8:03 ]",
      .like = "machine=pc-1.0 [n,1,e1000e a=uint32:00000000 c=uint8:00 ]",
      .dump = T(V("e1000e", F("a", 4) S F("c", 1))),
      .plan =
        "{'op':'remove-field','at':'n//core.timadj','if-equals':{'hex':'0000000000000102'},'why':'the offset of a PTP clock, which jumps or stands still at the destination','class':'visible'}\n" },
    { "remove/in-structs",
      .stream = DEV("q=pair*2{ m=uint8:01 n=uint8:00 }0200 z=uint8:05"),
      .like = DEV("q=pair*2{ m=uint8:00 }00 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 1))) S F("z", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//q[*]/n','if-equals':{'hex':'00'},'why':'the destination does not read it','class':'default'}\n" },
    { "remove/in-structs-used",
      .stream = DEV("q=pair*2{ m=uint8:01 n=uint8:00 }0203 z=uint8:05"),
      .like = DEV("q=pair*2{ m=uint8:00 }00 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 1))) S F("z", 1))),
      .plan =
        "{'op':'remove-field','at':'dev//q[*]/n','why':'the destination does not read it','class':'lossy'}\n" },
    { "retype/wider",
      .stream = DEV("a=uint8:07 b=uint8:01"),
      .like = DEV("a=uint32:00000000 b=uint8:00"),
      .dump = T(V("dev", F("a", 4) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'uint32','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/narrower",
      .stream = DEV("a=uint32:00000007 b=uint8:01"),
      .like = DEV("a=uint8:00 b=uint8:00"),
      .dump = T(V("dev", F("a", 1) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'uint8','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/signed",
      .stream = DEV("a=int16:ffff b=uint8:01"),
      .like = DEV("a=int64:00*8 b=uint8:00"),
      .dump = T(V("dev", F("a", 8) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'int64','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/buffer-longer",
      .stream = DEV("a=buffer:01020304 b=uint8:01"),
      .like = DEV("a=buffer:00*6 b=uint8:00"),
      .dump = T(V("dev", F("a", 6) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'buffer','size':6,'value':{'hex':'010203040000'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/narrower-does-not-fit",
      .stream = DEV("a=uint32:00000107 b=uint8:01"),
      .like = DEV("a=uint8:00 b=uint8:00"),
      .dump = T(V("dev", F("a", 1) S F("b", 1))),
      .plan =
        "! dev: what would repair it cannot be done: plan: rule 1 (retype): dev//a: 263 does not fit the 8 bits of `uint8`\n" },
    { "retype/array-wider",
      .stream = DEV("a=uint8*2:0102 b=uint8:01"),
      .like = DEV("a=uint32*2:00*8 b=uint8:00"),
      .dump = T(V("dev", FN("a", 4, 2) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'uint32','value':{'hex':'0000000100000002'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/array-narrower",
      .stream = DEV("a=int32*2:00000001ffffffff b=uint8:01"),
      .like = DEV("a=int8*2:0000 b=uint8:00"),
      .dump = T(V("dev", FN("a", 1, 2) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'int8','value':{'hex':'01ff'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/array-does-not-fit",
      .stream = DEV("a=uint32*2:0000000100000100 b=uint8:01"),
      .like = DEV("a=uint8*2:0000 b=uint8:00"),
      .dump = T(V("dev", FN("a", 1, 2) S F("b", 1))),
      .plan =
        "! dev//a: an element does not fit the 1 bytes that the destination reads\n" },
    /* nobody knows what is where in it */
    { "retype/opaque-longer",
      .stream = DEV("a=tlb_entry:01020304 b=uint8:01"),
      .like = DEV("a=tlb_entry:00*6 b=uint8:00"),
      .dump = T(V("dev", F("a", 6) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'tlb_entry','size':6,'value':{'hex':'010203040000'},'why':'the destination reads as many bytes','class':'lossy'}\n" },
    { "retype/buffer-shorter",
      .stream = DEV("a=buffer:01020000 b=uint8:01"),
      .like = DEV("a=buffer:00*2 b=uint8:00"),
      .dump = T(V("dev", F("a", 2) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'buffer','size':2,'value':{'hex':'0102'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "retype/buffer-cut",
      .stream = DEV("a=buffer:01020003 b=uint8:01"),
      .like = DEV("a=buffer:00*2 b=uint8:00"),
      .dump = T(V("dev", F("a", 2) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//a','type':'buffer','size':2,'value':{'hex':'0102'},'why':'the destination reads as many bytes','class':'lossy'}\n" },
    { "retype/buffers-of-several",
      .stream = DEV("q=pair*2{ m=buffer:0102 n=uint8:00 }030400 b=uint8:01"),
      .like = DEV("q=pair*2{ m=buffer:00*3 n=uint8:00 }00*4 b=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 3) S F("n", 1))) S F("b", 1))),
      .plan =
        "{'op':'retype','at':'dev//q[*]/m','type':'buffer','size':3,'value':{'hex':'010200'},'why':'the destination reads as many bytes','class':'lossy'}\n" },
    /* a second field of a name, directly behind the first */
    { "row/fewer",
      .stream = DEV("a=uint8:01 a=uint8:00 c=uint16:0003"),
      .like = DEV("a=uint8:00 c=uint16:0000"),
      .dump = T(V("dev", F("a", 1) S F("c", 2))),
      .plan =
        "{'op':'remove-field','at':'dev//a[1]','if-equals':{'hex':'00'},'why':'the destination does not read it','class':'default'}\n" },
    { "row/fewer-used",
      .stream = DEV("a=uint8:01 a=uint8:02 c=uint16:0003"),
      .like = DEV("a=uint8:00 c=uint16:0000"),
      .dump = T(V("dev", F("a", 1) S F("c", 2))),
      .plan =
        "{'op':'remove-field','at':'dev//a[1]','why':'the destination does not read it','class':'lossy'}\n" },
    { "row/more",
      .stream = DEV("a=uint8:01 c=uint16:0003"),
      .like = DEV("a=uint8:00 a=uint8:05 a=uint8:06 c=uint16:0000"),
      .dump = T(V("dev", F("a", 1) S F("a[1]", 1) S F("a[2]", 1) S F("c", 2))),
      .plan =
        "{'op':'add-field','at':'dev','fields':[{'name':'a[1]','type':'uint8','value':{'hex':'05'}},{'name':'a[2]','type':'uint8','value':{'hex':'06'}}],'after':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "row/numbered",
      .stream = DEV("a[0]=uint8:01 a[1]=uint8:00 c=uint16:0003"),
      .like = DEV("a=uint8:00 c=uint16:0000"),
      .dump = T(V("dev", F("a", 1) S F("c", 2))),
      .plan =
        "{'op':'remove-field','at':'dev//a[1]','if-equals':{'hex':'00'},'why':'the destination does not read it','class':'default'}\n" },
    { "row/another-size",
      .stream = DEV("a=uint8:01 a=uint8:02 c=uint16:0003"),
      .like = DEV("a=uint8:00 a=uint32:00*4 c=uint16:0000"),
      .dump = T(V("dev", F("a", 1) S F("a[1]", 4) S F("c", 2))),
      .plan =
        "{'op':'remove-field','at':'dev//a[1]','why':'the destination does not read it','class':'lossy'}\n"
        "{'op':'add-field','at':'dev','fields':[{'name':'a[1]','type':'uint32'}],'after':'a','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
    { "count/more",
      .stream = DEV("a=uint16*2:00010002 b=uint8:01"),
      .like = DEV("a=uint16*4:0000000000030004 b=uint8:00"),
      .dump = T(V("dev", FN("a", 2, 4) S F("b", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//a','count':4,'why':'the destination has so many of them','class':'lossless'}\n"
        "{'op':'set','at':'dev//a[2]','value':3,'why':'what it is at the destination','class':'stated'}\n"
        "{'op':'set','at':'dev//a[3]','value':4,'why':'what it is at the destination','class':'stated'}\n" },
    { "count/fewer-zero",
      .stream = DEV("a=uint16*4:0001000200000000 b=uint8:01"),
      .like = DEV("a=uint16*2:00000000 b=uint8:00"),
      .dump = T(V("dev", FN("a", 2, 2) S F("b", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//a','count':2,'if-equals':0,'why':'the destination has so many of them','class':'default'}\n" },
    { "count/fewer-used",
      .stream = DEV("a=uint16*4:0001000200030004 b=uint8:01"),
      .like = DEV("a=uint16*2:00000000 b=uint8:00"),
      .dump = T(V("dev", FN("a", 2, 2) S F("b", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//a','count':2,'if-equals':0,'why':'the destination has so many of them','class':'lossy'}\n" },
    { "count/structs-fewer",
      .stream = DEV("q=pair*3{ m=uint8:01 n=uint8:02 }03040000 z=uint8:05"),
      .like = DEV("q=pair*2{ m=uint8:00 n=uint8:00 }0000 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 1) S F("n", 1))) S F("z", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//q','count':2,'if-equals':0,'why':'the destination has so many of them','class':'default'}\n" },
    { "count/structs-fewer-used",
      .stream = DEV("q=pair*3{ m=uint8:01 n=uint8:02 }03040001 z=uint8:05"),
      .like = DEV("q=pair*2{ m=uint8:00 n=uint8:00 }0000 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 2, V("pair", F("m", 1) S F("n", 1))) S F("z", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//q','count':2,'if-equals':0,'why':'the destination has so many of them','class':'lossy'}\n" },
    { "count/structs-more",
      .stream = DEV("q=pair*2{ m=uint8:01 n=uint8:05 }0206 z=uint8:05"),
      .like = DEV("q=pair*3{ m=uint8:00 n=uint8:00 }00000709 z=uint8:00"),
      .dump = T(V("dev", FSN("q", 3, V("pair", F("m", 1) S F("n", 1))) S F("z", 1))),
      .plan =
        "{'op':'resize-array','at':'dev//q','count':3,'why':'the destination has so many of them','class':'lossless'}\n"
        "{'op':'set','at':'dev//q[2]/m','value':7,'why':'what it is at the destination','class':'stated'}\n"
        "{'op':'set','at':'dev//q[2]/n','value':9,'why':'what it is at the destination','class':'stated'}\n" },
    { "both",
      .stream = DEV("a=uint8:01 old=uint16:0000 b=uint32:00000002"),
      .like = DEV("a=uint8:00 b=uint32:00000000 new=uint64:0000000000000009"),
      .dump = T(V("dev", F("a", 1) S F("b", 4) S F("new", 8))),
      .plan =
        "{'op':'remove-field','at':'dev//old','if-equals':{'hex':'0000'},'why':'the destination does not read it','class':'default'}\n"
        "{'op':'add-field','at':'dev','fields':[{'name':'new','type':'uint64','value':{'hex':'0000000000000009'}}],'after':'b','why':'the destination reads it, and it is there while idle','class':'lossless'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-layout/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}
