/** Names of images in a format that is accepted. */
export const imageName = /\.(jpe?g|jpe|jfif|pjpe?g|png|apng|webp|gif|tiff?|avif)$/i
