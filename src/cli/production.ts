/**
 * Must be imported first. Outside production, graphql-js checks whether every value comes from another copy of
 * graphql-js, which doubles its time.
 */
process.env.NODE_ENV ??= 'production'
