-- Connectors that sign requests to a client's own systems are of kind http; an earlier release called it webhook.
UPDATE connectors SET kind = 'http' WHERE kind = 'webhook';
