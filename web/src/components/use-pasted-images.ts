import { useEffect, useRef } from 'react'

/** Calls back with the images that are pasted into the page, if there are any. */
export function usePastedImages(onImages: (images: readonly File[]) => void): void {
  const latest = useRef(onImages)
  latest.current = onImages
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const images = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      if (images.length > 0) latest.current(images)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [])
}
