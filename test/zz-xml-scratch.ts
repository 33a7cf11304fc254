import { enterpriseItems } from "../src/learning/imports/xml-enterprise.ts";
const enc = new TextEncoder();
const one = enc.encode(`<member><sourcedid><source>hr</source><id>P-1234567</id></sourcedid><idtype>1</idtype><role roletype="01"><status>1</status></role></member>\n`.repeat(7000));
let total = 0;
async function* bytes(){ const h=enc.encode(`<enterprise><membership><sourcedid><source>hr</source><id>A</id></sourcedid>`); total+=h.length; yield h; for(let n=0;n<200;n++){ total+=one.length; yield one;} yield enc.encode("</membership></enterprise>"); }
const t=performance.now(); let n=0, peak=0;
for await (const _ of enterpriseItems(bytes(),"utf-8",{offset:0,line:1})) { n++; if(n%50000===0) peak=Math.max(peak,process.memoryUsage().rss); }
console.log(n, (total/1e6).toFixed(0)+" MB", ((performance.now()-t)/1000).toFixed(1)+" s", "peak rss", (peak/1e6).toFixed(0), "MB");
