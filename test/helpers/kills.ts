/**
 * How often the processes of a test are killed altogether: a few times in every run of the tests, as often as
 * SHOTBOARD_KILLS says in a long one (`npm run test:kills`).
 */
export const killsIn = (lanes: number): { readonly lanes: number; readonly each: number } => {
  const asked = Number(process.env.SHOTBOARD_KILLS ?? 4)
  const most = Math.min(lanes, Math.ceil(asked / 4))
  return { lanes: most, each: Math.ceil(asked / most) }
}
