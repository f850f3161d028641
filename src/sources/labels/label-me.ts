import { z } from 'zod'

const labelMeSchema = z.object({
  imagePath: z.string(),
  shapes: z.array(z.object({ label: z.string() })),
  /** Of the whole image. */
  flags: z.record(z.string(), z.unknown()).nullish(),
})

/**
 * The labels of an image in a file of LabelMe: the flags that are set, or else the different labels of its shapes. Undefined if
 * it is no such file.
 */
export function labelsOfLabelMe(value: unknown): readonly string[] | undefined {
  const file = labelMeSchema.safeParse(value)
  if (!file.success) return undefined
  const { flags, shapes } = file.data
  const set = Object.entries(flags ?? {}).flatMap(([name, isSet]) => (isSet === true ? [name] : []))
  const labels = set.length > 0 ? set : shapes.map(({ label }) => label)
  return [...new Set(labels.map((label) => label.trim()).filter((label) => label !== ''))]
}
