using System;
using System.Collections.Generic;
using System.Text;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Storage;

/// <summary>
/// A recipient's file: the table of what was taken (SPEC.md 6), and messages that the program has not done with. A message goes in with
/// the same commit that says it was taken, so it is there once, whenever the process dies.
/// </summary>
/// <remarks>
/// PostboxClient writes the value <c>mail</c> twice for each message: with its table entry before it is handed on, and after that. Values
/// of long items' blocks, and the message itself, are written in between and belong to the next <c>mail</c>.
/// </remarks>
internal sealed class Inbox(string path) : MailFile(path, Schema, isExclusive: true)
{
    private const string Schema = """
        CREATE TABLE inbox (number INTEGER PRIMARY KEY AUTOINCREMENT, sender BLOB NOT NULL, subject BLOB NOT NULL,
            sent INTEGER NOT NULL, lifetime INTEGER NOT NULL, latest INTEGER NOT NULL, body BLOB NOT NULL, shown INTEGER NOT NULL);
        """;

    private const string GatewaysName = "gateways";
    private const int MaxGatewayBytes = 8192;

    // a message could not be added: nothing may say that it was
    private bool _isBroken;

    /// <inheritdoc/>
    public override bool Write(string name, byte[] buffer, int offset, int count)
    {
        if (_isBroken || !base.Write(name, buffer, offset, count))
        {
            return false;
        }

        try
        {
            if (name is "mail" or GatewaysName)
            {
                Commit();
            }

            return true;
        }
        catch (SqliteException e)
        {
            Rollback(e);
            return false;
        }
    }

    /// <summary>Adds a message; the next write of <c>mail</c> makes it durable. When it can't be added, that write fails.</summary>
    internal void Add(ReceivedMail mail)
    {
        try
        {
            Begin();
            Execute("INSERT INTO inbox (sender, subject, sent, lifetime, latest, body, shown) "
                + "VALUES ($sender, $subject, $sent, $lifetime, $latest, $body, 0)",
                ("$sender", mail.Sender.ToBytes()), ("$subject", mail.Subject), ("$sent", mail.Sent.ToUnixTimeSeconds()),
                ("$lifetime", (long)mail.Lifetime.TotalSeconds), ("$latest", mail.IsLatest ? 1 : 0), ("$body", mail.Body));
        }
        catch (SqliteException e)
        {
            _isBroken = true;
            Rollback(e);
        }
    }

    /// <summary>Takes a message away that the program has done with, and gives the oldest there is, which counts as shown from now
    /// on.</summary>
    /// <param name="done">The message's number; 0 for none.</param>
    internal ReceivedMail? Next(long done)
    {
        try
        {
            if (done == 0 && Count() == 0)
            {
                return null;
            }

            Begin();
            Execute("DELETE FROM inbox WHERE number = $number", ("$number", done));
            List<ReceivedMail> found = Query(
                "SELECT number, sender, subject, sent, lifetime, latest, body, shown FROM inbox ORDER BY number LIMIT 1", Read);
            if (found.Count > 0)
            {
                Execute("UPDATE inbox SET shown = 1 WHERE number = $number", ("$number", found[0].Number));
            }

            Commit();
            return found.Count > 0 ? found[0] : null;
        }
        catch (SqliteException e)
        {
            Rollback(e);
            throw Explain(e);
        }
    }

    /// <summary>The gateways at which the mailbox was published last.</summary>
    internal IReadOnlyList<Multiaddr> Gateways()
    {
        List<Multiaddr> found = [];
        byte[] text = new byte[MaxGatewayBytes];
        int count = Read(GatewaysName, text, 0, text.Length);
        foreach (string line in Encoding.UTF8.GetString(text, 0, Math.Max(count, 0)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            found.Add(Multiaddr.Parse(line));
        }

        return found;
    }

    /// <summary>Keeps the gateways at which the mailbox was published.</summary>
    internal void KeepGateways(IEnumerable<Multiaddr> gateways)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', gateways));
        if (!Write(GatewaysName, text, 0, text.Length))
        {
            throw Explain(LastError!);
        }
    }

    /// <summary>The program has done with a message.</summary>
    internal void Remove(long number)
    {
        try
        {
            Begin();
            Execute("DELETE FROM inbox WHERE number = $number", ("$number", number));
            Commit();
        }
        catch (SqliteException e)
        {
            Rollback(e);
            throw Explain(e);
        }
    }

    /// <summary>How many the program has not done with.</summary>
    internal int Count() => (int)(long)Scalar("SELECT COUNT(*) FROM inbox")!;

    /// <summary>Has the file without what was replaced: prekeys that are forgotten.</summary>
    internal void Erase() => Execute("PRAGMA wal_checkpoint(TRUNCATE);");

    private static ReceivedMail Read(SqliteDataReader row)
    {
        byte[] sender = row.GetFieldValue<byte[]>(1);
        return new ReceivedMail
        {
            Number = row.GetInt64(0),
            Sender = PeerId.FromBytes(sender, 0, sender.Length),
            Subject = row.GetFieldValue<byte[]>(2),
            Sent = DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(3)),
            Lifetime = TimeSpan.FromSeconds(row.GetInt64(4)),
            IsLatest = row.GetInt64(5) != 0,
            Body = row.GetFieldValue<byte[]>(6),
            SeenBefore = row.GetInt64(7) != 0,
        };
    }
}
