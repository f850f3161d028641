import 'reflect-metadata'
import {begin,finish,show} from './zz-tl.js'
import http from 'node:http'
import { readFile, readdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { startServer } from '/work/wt-use/src/server.js'
import { readSettings } from '/work/wt-use/src/settings/settings.js'
const root='/work/wt-use', demo=join(root,'demo/fashion-mnist')
const folder = await mkdtemp(join(tmpdir(),'use-'))
const settings = readSettings({ PORT: '0', SHOTBOARD_DATA_DIR: folder, SHOTBOARD_LOG_LEVEL: 'silent' })
const server = await startServer(settings)
const { library } = server
const { dataset } = await library.imports.importPath(demo)
const set = await library.supportSets.create({ dataset: dataset.id, shots: 8, seed: 1, augmentations: 1 })
await library.classifiers.create({ name: 'bench', supportSet: set.id, method: process.env.METHOD ?? 'tip-adapter++', space: 'shrunk' })
const loaded = await library.classifiers.load('bench')
const spaces=[...new Set(['clip', loaded.encoderSpace])]
const test = join(demo,'test')
const files=(await readdir(test,{recursive:true})).filter(n=>n.endsWith('.png')).slice(0,200)
const images = await Promise.all(files.map(f=>readFile(join(test,f))))
const agent = new http.Agent({keepAlive:true})
const url = new URL(server.url)
const lean = (path:string, body?:string) => new Promise<string>((res,rej)=>{
  const r = http.request({agent,host:url.hostname,port:url.port,path,method:body?'POST':'GET',headers: body?{'content-type':'application/json','content-length':Buffer.byteLength(body)}:{}} , a=>{let s='';a.setEncoding('utf8');a.on('data',d=>s+=d);a.on('end',()=>res(s))})
  r.on('error',rej); r.end(body)
})
const viaFetch = async (path:string, body?:string) => (await fetch(server.url+path, body?{method:'POST',headers:{'content-type':'application/json'},body}:{})).text()
const query = `query ($images: [ImageInput!]!) { classify(classifier: "bench", images: $images) { top { class { name } probability } set { name } isNoneOfThese error { code } } }`
const bodyOf = (b:Buffer)=>JSON.stringify({query,variables:{images:[{base64:b.toString('base64')}]}})
const typename = JSON.stringify({query:'{ __typename }'})
const classified = (b:Buffer)=>library.classifiers.classify({classifier:'bench',topK:5,images:[{base64:b.toString('base64')}]})
const stages: Record<string,(b:Buffer)=>Promise<unknown>> = {
  encode: (b)=>library.encoders.default.encodeImages([{id:'one',read:async()=>b}],{spaces}),
  classifyRead: (b)=>library.classifiers.classifyRead(loaded,[{id:'one',bytes:b,error:null}],5),
  load: ()=>library.classifiers.load('bench'),
  libraryClassify: classified,
  healthFetch: ()=>viaFetch('/healthz'),
  healthLean: ()=>lean('/healthz'),
  typenameFetch: ()=>viaFetch('/graphql',typename),
  typenameLean: ()=>lean('/graphql',typename),
  httpFetch: (b)=>viaFetch('/graphql',bodyOf(b)),
  httpLean: (b)=>lean('/graphql',bodyOf(b)),
}
const only = process.env.ONLY?.split(',')
const names = Object.keys(stages).filter(n=>!only||only.includes(n))
const taken:Record<string,number[]> = Object.fromEntries(names.map(n=>[n,[]]))
for (const b of images.slice(0,20)) for (const n of names) await stages[n](b)
const rounds=Number(process.env.ROUNDS??1); for (let r=0;r<rounds;r++) for (const b of images) for (const n of names) { begin(); const s=performance.now(); await stages[n](b); finish(); taken[n].push(performance.now()-s) }
const med=(a:number[])=>[...a].sort((x,y)=>x-y)[Math.floor(a.length/10)]
for (const n of names) console.log(n.padEnd(18), med(taken[n]).toFixed(2), Math.min(...taken[n]).toFixed(2))
for (const [a,b] of [['httpFetch','encode'],['httpLean','encode'],['libraryClassify','encode'],['classifyRead','encode']]) if (taken[a]&&taken[b]) console.log(a+'-'+b, med(taken[a].map((x,i)=>x-taken[b][i])).toFixed(2))
show(); await server.close()
