"""The world outside: DynamoDB, SQS, S3, Secrets Manager and the ORCID registry."""
