const marks:[string,number][]=[];(globalThis as any).__m=(n:string)=>marks.push([n,performance.now()])
const all=new Map<string,number[]>()
export const begin=()=>{marks.length=0;marks.push(['start',performance.now()])}
export const finish=()=>{marks.push(['answer',performance.now()]);for(let i=1;i<marks.length;i++){const k=marks[i-1][0]+' → '+marks[i][0];if(!all.has(k))all.set(k,[]);all.get(k)!.push(marks[i][1]-marks[i-1][1])}}
const med=(a:number[])=>[...a].sort((x,y)=>x-y)[Math.floor(a.length/10)]
export const show=()=>{for(const [k,v] of all) if(v.length>10) console.log(k.padEnd(40),med(v).toFixed(2),v.length)}
