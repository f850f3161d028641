/**
 * Imported before anything else: graphql-js checks every value for having come from another copy of itself unless it is
 * told that this is no development, and that takes as long as all else that it does.
 */
process.env.NODE_ENV ??= 'production'
