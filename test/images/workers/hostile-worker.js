// Does with a task what its bytes say after the start of a JPEG.
process.on('message', ({ task, input }) => {
  if (task === undefined) return
  const order = input.bytes[3]
  if (order === 1) process.kill(process.pid, 'SIGSEGV')
  if (order === 2) for (;;);
  if (order === 3) process.send?.({ memory: 1000 })
  if (order === 0) process.send?.({ result: { pid: process.pid } })
})
process.send?.({ ready: true })
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
