"""A council that guards nothing: its devices, its mail, what Microsoft noticed."""

from rule_rows import DOMAIN, Row, at

LAX: dict[str, list[Row]] = {
    "devices": [
        {"device_id": "D-1", "entra_id": "E-1", "name": "PC", "enabled": True, "owner_ids": ["ID-Ann", "ID-Bob"]},
        {"device_id": "D-2", "entra_id": "E-2", "name": "PC", "enabled": True, "last_seen_at": at(2025, 1, 1)},
        {"device_id": "D-3", "entra_id": "E-3", "name": "Tablet", "trust": "Workplace"},
    ],
    "assets": [{"device": "PC", "person": "Ann", "ownership": "council"}],
    "managed_devices": [
        {"managed_id": "M-1", "entra_id": "E-1", "name": "PC", "system": "Windows", "encrypted": False, "agent": "mdm"},
        {"managed_id": "M-2", "entra_id": "E-2", "name": "PC", "system": "Windows", "compliance": "inGracePeriod"},
        {"managed_id": "M-3", "name": "Mac", "system": "macOS", "version": "12", "last_sync_at": at(2026, 11, 1)},
        {"managed_id": "M-4", "name": "Box", "system": "Linux", "broken_open": True},
    ],
    "device_protection": [{"managed_id": "M-1", "antivirus_on": False, "signatures_overdue": True}],
    "compliance_policies": [{"policy_id": "P-1", "system": "windows", "assigned": True, "unlock": False}],
    "device_management": [{"secure_by_default": False}],
    "mail_protection": [
        {"kind": "preset", "name": "Standard", "on": False, "everybody": True},
        {"kind": "spam", "name": "Default", "on": True, "everybody": True, "spam_action": "AddXHeader"},
        {"kind": "malware", "name": "Default", "on": True, "everybody": True, "attachment_filter": False},
        {"kind": "malware", "name": "Mayor", "on": True, "everybody": False, "cleans_up": False},
        {"kind": "outside tag", "name": "T", "on": False},
    ],
    "link_protection": [{"kind": "safe links", "name": "Built-in", "on": False}],
    "outbound_mail": [{"kind": "outbound policy", "name": "Default", "forwarding": "on", "everybody": True}],
    "mailbox_retention": [
        {"mailbox_id": "ID-Ann", "display_name": "Ann", "kind": "user", "litigation_hold": False, "holds": []},
        {"mailbox_id": "ID-Dan", "display_name": "Dan", "kind": "user", "litigation_hold": True, "holds": []},
        {"mailbox_id": "ID-Eve", "display_name": "Eve", "kind": "user", "litigation_hold": None, "holds": None},
    ],
    "mail_organisation": [{"name": "X", "mailbox_audit_off": True, "holds": []}],
    "audit_settings": [{"name": "X", "unified_log": False}],
    "audit_bypasses": [{"account_id": "ID-Ann", "name": "ann"}, {"account_id": "box", "name": "box"}],
    "mail_encryption": [{"name": "X", "available": True, "button": False}],
    "sensitivity_labels": [{"label_id": "L-1", "protects": False}],
    "folder_access": [
        {"mailbox_id": "ID-Ann", "mailbox_kind": "user", "folder": "calendar", "delegate": "default", "role": "read"},
        {"mailbox_id": "ID-Ann", "mailbox_kind": "user", "folder": "calendar", "delegate": "ID-Bob", "role": "write"},
        {"mailbox_id": "ID-Dan", "mailbox_kind": "user", "folder": "calendar", "delegate": "ID-Eve", "role": "read"},
        {"mailbox_id": "ID-Eve", "mailbox_kind": "user", "folder": "calendar", "delegate": "ID-Ann", "role": None},
    ],
    "mail_folder_access": [
        {"mailbox_id": "ID-Ann", "folder": "inbox", "calendar": False, "delegate": "default", "role": "Reviewer"},
        {"mailbox_id": "ID-Ann", "folder": "drafts", "calendar": False, "delegate": "ID-Bob", "role": "Editor"},
        {"mailbox_id": "ID-Dan", "folder": "/Bins", "calendar": False, "delegate": "ID-Eve", "role": None},
        {"mailbox_id": "ID-Eve", "folder": "/Rota", "calendar": True, "delegate": "default", "role": "LimitedDetails"},
    ],
    "mailbox_use": [
        {"mailbox_id": "ID-Ann", "delegate": "ID-Dan", "day": "2026-11-02", "operation": "SendAs"},
        {"mailbox_id": "ID-Ann", "delegate": "ID-Dan", "day": "2026-11-05", "operation": "SendAs"},
        {"mailbox_id": "ID-Dan", "delegate": "ID-Eve", "day": "2026-11-05", "operation": "MailItemsAccessed"},
    ],
    "email_activity": [{"address": f"ann@{DOMAIN}", "sent": 0}, {"address": f"clerk@{DOMAIN}", "sent": 3}],
    "teams_activity": [{"address": f"ann@{DOMAIN}", "period_days": 90}],
    "mailbox_usage": [{"address": f"ann@{DOMAIN}", "last_active_at": at(2026, 11, 2), "period_days": 90}],
    "legacy_sign_ins": [
        {"account_id": "ID-Bob", "client": "IMAP4", "times": 3, "last_at": at(2026, 11, 2)},
        {"account_id": "ID-Bob", "client": "POP3", "times": 1, "last_at": at(2026, 11, 3)},
    ],
    "alerts": [{"alert_id": "A-1", "title": "T", "severity": "high", "status": "new", "raised_at": at(2026, 11, 10)}],
    "risky_accounts": [{"account_id": "ID-Ann", "state": "atRisk"}],
    "session_timeouts": [],
    "backup": [{"status": "disabled"}],
    "statements": [{"statement": "ATT-ACK", "answer": "Confirmed"}],
    "mail_dns": [
        {
            "domain": DOMAIN,
            "receives_mail": True,
            "spf_records": 0,
            "dkim_selectors": ["selector1"],
            "dmarc_records": 2,
        },
        {
            "domain": "other.test",
            "spf": "v=spf1 -all",
            "spf_records": 1,
            "dmarc": "v=DMARC1; p=none",
            "dmarc_records": 1,
        },
    ],
    "meeting_policies": [{"policy": "Global", "skip_lobby": "Everyone"}, {"policy": "Other"}],
    "file_kinds": [
        {"drive_id": "b!D", "drive_name": "OneDrive", "personal": True, "kind": "music", "files": 900, "bytes": 10**9},
        {"drive_id": "b!E", "drive_name": "Documents", "personal": False, "kind": "game", "files": 1, "bytes": 10},
    ],
}
"""Rows of data sets and register sheets, in which every rule about them finds something."""
