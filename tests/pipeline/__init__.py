"""The corridor, walked with CRMs in memory."""
