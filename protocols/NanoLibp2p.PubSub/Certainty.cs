namespace NanoLibp2p.PubSub
{
    /// <summary>Whether everybody who reads a message finds the same in it.</summary>
    public enum Certainty
    {
        /// <summary>Everybody reads it alike.</summary>
        Certain,

        /// <summary>It has fields of unknown numbers: go verifies them with the rest, js and rust leave them out.</summary>
        WithUnknown,

        /// <summary>Some read it otherwise, or not at all.</summary>
        Uncertain,
    }
}
