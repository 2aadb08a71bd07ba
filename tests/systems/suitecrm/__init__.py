"""SuiteCRM's client: both protocols, and what SuiteCRM does silently."""
