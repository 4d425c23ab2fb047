using System;
using System.Collections.Generic;
using System.Threading;

namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>
/// A simulated air that radios of one profile share: airtime, collisions and capture, loss, half-duplex, receive windows, duty cycle. In
/// virtual time with a clock of the test's, in real time with the host's. What is random follows from the seed.
/// </summary>
/// <remarks>Every radio's clock is the air's, and each is polled before time goes on: what it sends begins now.</remarks>
public sealed class AirMedium
{
    private readonly Lock _lock = new();
    private readonly List<AirLink> _links = [];
    private readonly Random _random;
    private long _lastId;

    /// <summary>Makes an air that nobody is on.</summary>
    /// <param name="profile">What its radios do.</param>
    /// <param name="clock">Its time.</param>
    /// <param name="seed">What is random follows from it.</param>
    public AirMedium(AirProfile profile, IClock clock, int seed)
    {
        Profile = profile;
        Clock = clock;
        _random = new Random(seed);
    }

    /// <summary>What its radios do.</summary>
    public AirProfile Profile { get; }

    /// <summary>Its time.</summary>
    public IClock Clock { get; }

    /// <summary>The share of frames that a receiver loses by chance, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>The share of frames that arrive twice, 0 to 1.</summary>
    public double Repeats { get; set; }

    /// <summary>Says which frames no receiver gets; null for none.</summary>
    public Func<AirFrame, bool>? Jammer { get; set; }

    /// <summary>Told of every frame when it starts; null for nobody.</summary>
    public Action<AirFrame>? Listener { get; set; }

    /// <summary>Adds a radio, which <see cref="AirLink.Open"/> turns on.</summary>
    public AirLink Join(AirLinkOptions options)
    {
        lock (_lock)
        {
            return new AirLink(this, options, ++_lastId, _random.Next());
        }
    }

    /// <summary>Has a frame of another air's radio heard here, such as that of another process.</summary>
    internal void Hear(AirFrame frame)
    {
        AirLink[] links;
        lock (_lock)
        {
            links = [.. _links];
        }

        foreach (AirLink link in links)
        {
            link.Hear(frame);
        }
    }

    internal void Transmit(AirFrame frame)
    {
        Hear(frame);
        Listener?.Invoke(frame);
    }

    internal void Add(AirLink link)
    {
        lock (_lock)
        {
            _links.Remove(link);
            _links.Add(link);
        }
    }

    internal void Remove(AirLink link)
    {
        lock (_lock)
        {
            _links.Remove(link);
        }
    }
}
