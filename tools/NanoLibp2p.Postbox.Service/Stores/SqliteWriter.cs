using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// The one writer of a <see cref="SqlitePostboxStore"/>: a transaction over index and tables. <see cref="Begin"/>, any operations, then
/// <see cref="Commit"/>, or <see cref="Rollback"/>, after which both are as before. On the store's own thread.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Action<SqliteStage>? _atStage;
    private readonly List<SqliteStatement> _statements = [];
    private readonly Dictionary<BoxId, long> _boxes = [];
    private readonly List<PostboxChange> _changes = [];

    // of each change what only undoing it needs; null for most
    private readonly List<Action?> _undo = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _insertHead;
    private readonly SqliteStatement _insertBody;
    private readonly SqliteStatement _settleHead;
    private readonly SqliteStatement _deleteHead;
    private readonly SqliteStatement _deleteBody;
    private readonly SqliteStatement _insertMailbox;
    private readonly SqliteStatement _updateMailbox;
    private readonly SqliteStatement _deleteMailbox;
    private readonly SqliteStatement _setLast;
    private readonly SqliteStatement _pages;
    private readonly SqliteStatement _freePages;
    private readonly byte[] _id = new byte[ItemId.Length];
    private long _lastBox;
    private long _last;
    private long _savedLast;
    private long _lastAtBegin;
    private long _savedLastAtBegin;

    /// <summary>Prepares every statement.</summary>
    /// <param name="connection">For writing; becomes the writer's.</param>
    /// <param name="index">What is there.</param>
    /// <param name="boxes">The mailboxes' numbers in the tables.</param>
    /// <param name="last">The largest number of a head that was ever given.</param>
    /// <param name="savedLast">What the table has of it.</param>
    /// <param name="atStage">See <see cref="SqlitePostboxOptions.AtStage"/>.</param>
    internal SqliteWriter(SqliteConnection connection, HeadIndex index, IReadOnlyDictionary<long, BoxId> boxes, long last, long savedLast,
        Action<SqliteStage>? atStage)
    {
        _connection = connection;
        Index = index;
        _last = last;
        _savedLast = savedLast;
        _atStage = atStage;
        foreach (KeyValuePair<long, BoxId> box in boxes)
        {
            _boxes.Add(box.Value, box.Key);
            _lastBox = Math.Max(_lastBox, box.Key);
        }

        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _insertHead = Prepare("INSERT INTO head VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        _insertBody = Prepare("INSERT INTO body VALUES(?1, ?2)");
        _settleHead = Prepare("UPDATE head SET flags=?2, proof=?3 WHERE seq=?1");
        _deleteHead = Prepare("DELETE FROM head WHERE seq=?1");
        _deleteBody = Prepare("DELETE FROM body WHERE seq=?1");
        _insertMailbox = Prepare("INSERT INTO mailbox(box, number, settings, record, seen, peer) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _updateMailbox = Prepare("UPDATE mailbox SET number=?2, settings=?3, record=?4, seen=?5 WHERE box=?1");
        _deleteMailbox = Prepare("DELETE FROM mailbox WHERE box=?1");
        _setLast = Prepare("UPDATE meta SET value=?1 WHERE key='last'");
        _pages = Prepare("PRAGMA page_count");
        _freePages = Prepare("PRAGMA freelist_count");
        PageBytes = (int)SqliteFile.Number(connection, "PRAGMA page_size");
    }

    /// <summary>What is there.</summary>
    internal HeadIndex Index { get; }

    /// <summary>Bytes of a page.</summary>
    internal int PageBytes { get; }

    /// <summary>Begins a transaction.</summary>
    internal void Begin()
    {
        // first: what fails to begin is rolled back too
        _undo.Clear();
        _changes.Clear();
        _lastAtBegin = _last;
        _savedLastAtBegin = _savedLast;
        _begin.Run();
    }

    /// <summary>Commits it.</summary>
    /// <returns>What changed, in order; good until the next begins.</returns>
    internal List<PostboxChange> Commit()
    {
        _atStage?.Invoke(SqliteStage.Commit);
        _commit.Run();
        _atStage?.Invoke(SqliteStage.Committed);

        // it stands: a later failure takes nothing of it back
        _undo.Clear();
        _lastAtBegin = _last;
        _savedLastAtBegin = _savedLast;
        return _changes;
    }

    /// <summary>Takes everything back since <see cref="Begin"/>.</summary>
    internal void Rollback()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
        {
            if (_undo[i] is { } undo)
            {
                undo();
            }
            else
            {
                Index.Undo(_changes[i], null);
            }
        }

        _undo.Clear();
        _changes.Clear();
        _last = _lastAtBegin;
        _savedLast = _savedLastAtBegin;
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself after some errors; then there is no transaction
        }
    }

    /// <summary>Pages of the file, and how many of them are free.</summary>
    /// <returns>Both.</returns>
    internal (long All, long Free) Pages() => (One(_pages), One(_freePages));

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="maxItem">Longer ones are refused.</param>
    /// <param name="hasRoom">Whether there is room for one.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxAppend Append(PostboxDeposit entry, int maxItem, Func<PostboxDeposit, bool> hasRoom)
    {
        if (entry.Item.Length > maxItem)
        {
            return new PostboxAppend(AppendOutcome.TooLarge);
        }

        if (!_boxes.TryGetValue(entry.Box, out long box))
        {
            return new PostboxAppend(AppendOutcome.NoMailbox);
        }

        if (Index.Find(entry.Box, entry.Id) is { } there)
        {
            return new PostboxAppend(AppendOutcome.Exists, there);
        }

        if (!hasRoom(entry))
        {
            return new PostboxAppend(AppendOutcome.Full);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Append(entry, ++_last);
        Note(change);
        PostboxHead head = change.Head!;
        if (change.Former != null)
        {
            WriteSettled(change.Former);
        }

        if (change.Forgotten != null)
        {
            WriteForgotten(change.Forgotten);
        }

        head.Id.Write(_id);
        _insertHead.Bind(3, _id);
        _insertHead.Bind(4, (long)head.Tag);
        _insertHead.Bind(5, SqliteFile.Flags(head));
        _insertHead.Bind(6, (long)head.Slot);
        _insertHead.Bind(7, head.Size);
        _insertHead.Bind(8, head.Arrived);
        _insertHead.Bind(9, head.Until);
        _insertHead.Bind(10, head.Topic);
        _insertHead.Bind(11, (long)head.Proof);
        _insertHead.Run(head.Sequence, box);
        if (head.IsWaiting)
        {
            _insertBody.Bind(2, entry.Item.Span);
            _insertBody.Run(head.Sequence);
        }

        return new PostboxAppend(change.Former == null ? AppendOutcome.Kept : AppendOutcome.Replaced, head, change.Former);
    }

    /// <summary>Settles an item.</summary>
    /// <param name="one">Which, as what.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSettled Settle(PostboxSettlement one)
    {
        PostboxHead? head = Current(one.Head);
        if (head is not { IsWaiting: true })
        {
            return new PostboxSettled(true, head);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Settle(head, one.State, one.Proof);
        Note(change);
        WriteSettled(change.Head!);
        if (change.Forgotten != null)
        {
            WriteForgotten(change.Forgotten);
        }

        return new PostboxSettled(false, change.Head);
    }

    /// <summary>Forgets a head.</summary>
    /// <param name="one">Which.</param>
    /// <returns>Whether it was there.</returns>
    internal bool Forget(PostboxHead one)
    {
        if (Current(one) is not { } head)
        {
            return false;
        }

        _atStage?.Invoke(SqliteStage.Write);
        Note(Index.Forget(head));
        if (head.IsWaiting)
        {
            _deleteBody.Run(head.Sequence);
        }

        WriteForgotten(head);
        return true;
    }

    /// <summary>Saves a mailbox.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSave Save(PostboxMailbox mailbox)
    {
        PostboxMailbox? former = Index.Mailbox(mailbox.Box);
        if (former != null && former.Number >= mailbox.Number)
        {
            return new PostboxSave(MailboxOutcome.Stale, former);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Save(mailbox);
        _changes.Add(change);
        _undo.Add(() =>
        {
            Index.Undo(change, former);
            if (former == null)
            {
                _boxes.Remove(mailbox.Box);
            }
        });
        if (former != null)
        {
            Write(_updateMailbox, _boxes[mailbox.Box], mailbox);
        }
        else
        {
            long box = ++_lastBox;
            _boxes.Add(mailbox.Box, box);
            _insertMailbox.Bind(6, mailbox.Peer);
            Write(_insertMailbox, box, mailbox);
        }

        return new PostboxSave(MailboxOutcome.Done, mailbox);
    }

    /// <summary>Drops a mailbox.</summary>
    /// <param name="box">Which.</param>
    /// <param name="number">Not a newer one than this.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSave Drop(BoxId box, long number)
    {
        PostboxMailbox? former = Index.Mailbox(box);
        if (former == null || former.Number > number)
        {
            return new PostboxSave(former == null ? MailboxOutcome.None : MailboxOutcome.Stale, former);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxHead[] heads = [.. Index.Heads(box)];
        object dropped = Index.Drop(box);
        long row = _boxes[box];
        _boxes.Remove(box);
        _undo.Add(() =>
        {
            Index.Restore(box, dropped);
            _boxes.Add(box, row);
        });
        _changes.Add(new PostboxChange(PostboxChangeKind.MailboxDropped, box));
        foreach (PostboxHead head in heads)
        {
            if (head.IsWaiting)
            {
                _deleteBody.Run(head.Sequence);
            }

            WriteForgotten(head);
        }

        _deleteMailbox.Run(row);
        return new PostboxSave(MailboxOutcome.Done, null);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private static long One(SqliteStatement statement)
    {
        long value = statement.Step() ? statement.Integer(0) : 0;
        statement.Reset();
        return value;
    }

    private static void Write(SqliteStatement statement, long box, PostboxMailbox mailbox)
    {
        statement.Bind(3, mailbox.Settings);
        statement.Bind(4, mailbox.Record);
        statement.Bind(5, mailbox.Seen);
        statement.Run(box, mailbox.Number);
    }

    private PostboxHead? Current(PostboxHead head) =>
        Index.Find(head.Box, head.Id) is { } now && now.Sequence == head.Sequence ? now : null;

    private void Note(PostboxChange change)
    {
        _changes.Add(change);
        _undo.Add(null);
    }

    private void WriteSettled(PostboxHead head)
    {
        _settleHead.Run(head.Sequence, SqliteFile.Flags(head), (long)head.Proof);
        _deleteBody.Run(head.Sequence);
    }

    // a number is never given again, also when the row that had it is gone
    private void WriteForgotten(PostboxHead head)
    {
        _deleteHead.Run(head.Sequence);
        if (head.Sequence > _savedLast)
        {
            _setLast.Run(_last);
            _savedLast = _last;
        }
    }

    private SqliteStatement Prepare(string text)
    {
        SqliteStatement statement = new(_connection, text);
        _statements.Add(statement);
        return statement;
    }
}
