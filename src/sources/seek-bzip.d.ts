declare module 'seek-bzip' {
  interface ByteSource {
    readByte(): number
    read(target: Uint8Array, from: number, count: number): number
  }
  interface ByteTarget {
    writeByte(byte: number): void
  }
  const bzip: {
    /** Unpacks one bzip2 stream. Throws if a checksum is wrong. */
    decode(source: ByteSource, target: ByteTarget): void
  }
  export default bzip
}
