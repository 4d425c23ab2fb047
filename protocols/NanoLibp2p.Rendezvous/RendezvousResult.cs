namespace NanoLibp2p.Rendezvous
{
    /// <summary>How a question ended, beside the status that a point answers.</summary>
    public static class RendezvousResult
    {
        /// <summary>The point has answered.</summary>
        public const int Ok = 0;

        /// <summary>The point did not answer in time, ended the stream or the connection, or is no rendezvous point.</summary>
        public const int NoAnswer = -1;

        /// <summary>What came is no answer, or is longer than <see cref="RendezvousQuery.MaxAnswerBytes"/>.</summary>
        public const int Malformed = -2;
    }
}
