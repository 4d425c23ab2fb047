using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service;

// What happens by the clock (SPEC.md 10): expiry, fates that are forgotten, mailboxes that lapse.
public sealed partial class PostboxService
{
    // heads of a mailbox in one go
    private const int Swept = 1000;

    private const int LooksPerSweep = 6;

    /// <summary>In which both clocks are looked at.</summary>
    internal static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(10);

    /// <summary>Sweeps all mailboxes once.</summary>
    internal async Task SweepAsync()
    {
        if (_clock.IsInDoubt())
        {
            return;
        }

        foreach (Mailbox box in _index.All)
        {
            long idle = (long)_options.IdleTime.TotalSeconds;
            if (_index.Ends.SeenAt(box.Seen) + idle < _clock.Now)
            {
                await DropAsync(box, saved => _index.Ends.SeenAt(Math.Max(saved.Seen, box.Seen)) + idle < _clock.Now)
                    .ConfigureAwait(false);
            }
            else
            {
                await ExpireAsync(box, Swept).ConfigureAwait(false);
            }
        }
    }

    private async Task RunUpkeepAsync()
    {
        using PeriodicTimer timer = new(ClockInterval, _options.Time);
        try
        {
            for (int i = 1; await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false); i++)
            {
                // a jump is seen by whoever looks first
                _clock.IsInDoubt();
                if (i % LooksPerSweep == 0)
                {
                    await TryAsync(SweepAsync).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the service has ended
        }
    }

    // what nobody waits for
    private async Task TryAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            // what is due stays due
            Metrics.StoreFailed();
        }
    }

    // what is past its end waits no more
    private async Task ExpireAsync(Mailbox box, int most)
    {
        if (_clock.IsInDoubt())
        {
            return;
        }

        List<PostboxHead> ended = [];
        List<PostboxHead> forgotten = [];
        lock (box.Lock)
        {
            box.Due(_clock.Now, most, ended, forgotten);
        }

        List<PostboxSettlement> settlements = [];
        foreach (PostboxHead head in ended)
        {
            if (head.Form == 1)
            {
                settlements.Add(new PostboxSettlement(head, PostboxState.Expired));
            }
            else
            {
                forgotten.Add(head);
            }
        }

        if (settlements.Count > 0)
        {
            await _store.SettleAsync(settlements).ConfigureAwait(false);
            Metrics.Expired(settlements.Count);
        }

        if (forgotten.Count > 0)
        {
            await _store.ForgetAsync(forgotten).ConfigureAwait(false);
        }

        if (ended.Count > 0)
        {
            await TrimAsync(box).ConfigureAwait(false);
        }
    }

    // a lane keeps as many fates as the mailbox takes items
    private async Task TrimAsync(Mailbox box)
    {
        List<PostboxHead> forgotten = [];
        lock (box.Lock)
        {
            box.Beyond((int)MaxItemsOf(box), forgotten);
        }

        if (forgotten.Count > 0)
        {
            await _store.ForgetAsync(forgotten).ConfigureAwait(false);
        }
    }
}
